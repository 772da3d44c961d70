"""Pages of submitters."""

from django.urls import path

from submissions import drafting, evidence_step, mail_views, talk_views, views, webhook_views

app_name = "submissions"
urlpatterns = [
    path("submit/", drafting.start, name="submit"),
    path("submissions/", views.own, name="list"),
    path("submissions/<uuid:pk>/", views.detail, name="detail"),
    path("submissions/<uuid:pk>/edit/", drafting.model, name="edit"),
    path("submissions/<uuid:pk>/edit/hardware/", drafting.hardware, name="edit_hardware"),
    path("submissions/<uuid:pk>/edit/evidence/", evidence_step.evidence, name="edit_evidence"),
    path("submissions/<uuid:pk>/edit/evidence/open/", evidence_step.open_task, name="open_task"),
    path("submissions/<uuid:pk>/edit/check/", evidence_step.check, name="edit_check"),
    path("submissions/<uuid:pk>/evidence/<int:evidence_pk>/", views.evidence, name="evidence"),
    path("submissions/<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("submissions/<uuid:pk>/revise/", views.revise, name="revise"),
    path("submissions/<uuid:pk>/organisation/", views.give_to, name="give_to"),
    path("submissions/<uuid:pk>/blind/", views.blind, name="blind"),
    path("submissions/<uuid:pk>/copy/", views.copy, name="copy"),
    path("submissions/<uuid:pk>/delete/", views.delete, name="delete"),
    path("submissions/<uuid:pk>/messages/", talk_views.write, name="message"),
    path("account/mail/", mail_views.choices, name="mail_choices"),
    path("account/webhooks/", webhook_views.own, name="webhooks"),
    path("account/webhooks/<uuid:pk>/", webhook_views.one, name="webhook"),
    path("account/webhooks/<uuid:pk>/ping/", webhook_views.ping, name="webhook_ping"),
    path("account/webhooks/<uuid:pk>/delete/", webhook_views.delete, name="webhook_delete"),
    path("account/mail/unsubscribe/<str:token>/", mail_views.unsubscribe, name="unsubscribe"),
]
