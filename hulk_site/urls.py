"""All addresses, pages first."""

from django.contrib import admin
from django.urls import include, path

from hulk_site import api

handler400 = "hulk_site.problems.bad_request"
handler403 = "hulk_site.problems.permission_denied"
handler404 = "hulk_site.problems.not_found"
handler500 = "hulk_site.problems.server_error"

urlpatterns = [
    path("", include("leaderboard.urls")),
    path("", include("submissions.urls")),
    path("account/", include("hulk_site.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include(api.urlpatterns)),
]
