"""All addresses below /api/, and the two that tell operators how the server is."""

from django.urls import URLPattern, URLResolver, include, path

import leaderboard.api
import submissions.api
import submissions.blind_api
import submissions.evidence_api
import submissions.talk_api
import submissions.tus
import submissions.webhook_api
from hulk_site import health, schema
from hulk_site.accounts import api as accounts

VERSION_1: list[URLPattern | URLResolver] = [
    *leaderboard.api.urlpatterns,
    *submissions.api.urlpatterns,
    *submissions.evidence_api.urlpatterns,
    *submissions.blind_api.urlpatterns,
    *submissions.tus.urlpatterns,
    *submissions.talk_api.urlpatterns,
    *submissions.webhook_api.urlpatterns,
    *accounts.urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(VERSION_1)),
    path("api/", include(schema.urlpatterns)),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
