from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hulk_site.accounts"
    label = "accounts"
    verbose_name = "Accounts"
