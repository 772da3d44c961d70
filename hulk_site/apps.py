from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "hulk_site"
    label = "site"
    verbose_name = "HULK"

    def ready(self) -> None:
        """The checks register themselves; they need models, which are there only now."""
        import_module("hulk_site.checks")
