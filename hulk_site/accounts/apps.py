from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hulk_site.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        # Its receivers need the models, so they can be loaded no earlier than here.
        import_module("hulk_site.accounts.recording")
