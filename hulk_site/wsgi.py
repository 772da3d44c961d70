"""The door gunicorn knocks at."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hulk_site.settings")
application = get_wsgi_application()
# All views are loaded now rather than by the first request, and what is loaded is left alone from here on: looking
# through it for garbage stopped a worker for a tenth of a second every few hundred pages.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
