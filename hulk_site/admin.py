"""What the admin is called: in the browser's title, above each page and on its first one."""

from django.contrib import admin

admin.site.site_title = "HULK maintainers"
admin.site.site_header = "HULK maintainers"
admin.site.index_title = "What there is to do"
