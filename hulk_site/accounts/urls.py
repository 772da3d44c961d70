"""Sign-up, sign-in, password, second factor, sessions (all allauth's), and what is ours: the overview and tokens."""

from allauth.urls import urlpatterns as allauth
from django.urls import path

from hulk_site.accounts import views

urlpatterns = [
    path("", views.overview, name="account"),
    path("tokens/", views.tokens, name="account_tokens"),
    path("tokens/<slug:key>/revoke/", views.revoke, name="account_token_revoke"),
    *allauth,
]
