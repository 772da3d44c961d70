"""Sign-up, sign-in, second factor, sessions (all allauth's), and what is ours: tokens, organisations, data."""

from allauth.urls import urlpatterns as allauth
from django.urls import path

from hulk_site.accounts import organisations, views

urlpatterns = [
    path("", views.overview, name="account"),
    path("tokens/", views.tokens, name="account_tokens"),
    path("tokens/<slug:key>/revoke/", views.revoke, name="account_token_revoke"),
    path("data/", views.data, name="account_data"),
    path("delete/", views.delete, name="account_delete"),
    path("organisations/", organisations.mine, name="organisations"),
    path("organisations/<slug:slug>/", organisations.one, name="organisation"),
    path("organisations/<slug:slug>/invite/", organisations.invite, name="organisation_invite"),
    path("organisations/<slug:slug>/invitations/<int:pk>/", organisations.take_back, name="organisation_take_back"),
    path("organisations/<slug:slug>/members/<int:pk>/", organisations.change_member, name="organisation_member"),
    path("organisations/<slug:slug>/delete/", organisations.delete, name="organisation_delete"),
    path("invitations/<int:pk>/", organisations.answer, name="invitation"),
    *allauth,
]
