"""All addresses, pages first."""

from django.contrib import admin
from django.urls import include, path

import leaderboard.api
import submissions.api

urlpatterns = [
    path("", include("leaderboard.urls")),
    path("", include("submissions.urls")),
    path("account/", include("hulk_site.accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include([*leaderboard.api.urlpatterns, *submissions.api.urlpatterns])),
]
