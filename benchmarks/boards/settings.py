"""The site as it is, and a constant page beside it."""

from hulk_site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.boards.urls"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
