"""Puts the parts together; nobody imports it but Django and Celery."""

from hulk_site.celery import app as celery_app

__all__ = ["celery_app"]
