"""Sign-in, password and tokens.

Of allauth's pages only those that need no mail are served; the rest comes with sign-up.
"""

from allauth.account import views as allauth
from django.urls import path

from hulk_site.accounts import views

urlpatterns = [
    path("", views.overview, name="account"),
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", views.forgotten, name="account_reset_password"),
    path("tokens/", views.tokens, name="account_tokens"),
    path("tokens/<slug:key>/revoke/", views.revoke, name="account_token_revoke"),
]
