from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "hulk_site"
    label = "site"
    verbose_name = "HULK"
