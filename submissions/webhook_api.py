"""An account's webhooks in /api/v1/."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from submissions import webhooks
from submissions.api import SubmitterView
from submissions.models import Call, Happening, Webhook

TAGS = ["webhooks"]
SIGNED = (
    "Calls are signed as standardwebhooks.com says: `webhook-signature` is `v1,` and the base64 of the HMAC-SHA256 of "
    "`webhook-id`, a dot, `webhook-timestamp`, a dot and the body, under the bytes that the secret holds as base64 "
    "behind `whsec_`. Refuse what is older than five minutes, and drop a `webhook-id` that you know."
)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(child=serializers.ChoiceField(Happening.choices), allow_empty=False)

    class Meta:
        model = Webhook
        fields = ["id", "url", "events", "created_at"]
        read_only_fields = ["id", "created_at"]
        extra_kwargs = {"url": {"max_length": webhooks.LONGEST_URL}}


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Shown this once.")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[Call]):
    class Meta:
        model = Call
        fields = ["id", "type", "state", "tries", "status", "trouble", "created_at", "due_at", "ended_at"]
        read_only_fields = fields


class WebhookView(SubmitterView):
    serializer_class = WebhookSerializer  # type: ignore[assignment]

    def get_queryset(self) -> QuerySet[Webhook]:  # type: ignore[override]
        return Webhook.objects.filter(owner=self.user.pk)

    def webhook(self) -> Webhook:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


@extend_schema_view(
    get=extend_schema(
        summary="Your webhooks", operation_id="webhooks_list", tags=TAGS, responses=WebhookSerializer(many=True)
    ),
    post=extend_schema(
        summary="Have an address told when a submission is verified or decided on",
        description=SIGNED,
        tags=TAGS,
        request=WebhookSerializer,
        responses={201: NewWebhookSerializer},
    ),
)
class Webhooks(WebhookView):
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request: Request) -> Response:
        asked = WebhookSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        webhook, secret = webhooks.register(self.user, url=wanted["url"], events=wanted["events"], at=timezone.now())
        shown = {**WebhookSerializer(webhook).data, "secret": secret}
        return Response(shown, status=201)


@extend_schema_view(
    get=extend_schema(summary="One webhook", tags=TAGS),
    delete=extend_schema(summary="Delete a webhook", tags=TAGS, responses={204: None}),
)
class OneWebhook(WebhookView):
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(self.webhook()).data)

    def delete(self, request: Request, pk: UUID) -> Response:
        self.webhook().delete()
        return Response(status=204)


@extend_schema_view(
    get=extend_schema(
        summary="What it was told",
        operation_id="deliveries_list",
        tags=TAGS,
        responses=DeliverySerializer(many=True),
    )
)
class Deliveries(WebhookView):
    serializer_class = DeliverySerializer  # type: ignore[assignment]

    def get(self, request: Request, pk: UUID) -> Response:
        page = self.paginate_queryset(self.webhook().calls.order_by("-created_at"))  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema_view(post=extend_schema(summary="Have a test sent", tags=TAGS, request=None, responses={202: None}))
class Ping(WebhookView):
    def post(self, request: Request, pk: UUID) -> Response:
        webhooks.ping(self.webhook(), timezone.now())
        return Response(status=202)


urlpatterns = [
    path("webhooks/", Webhooks.as_view(), name="api-webhooks"),
    path("webhooks/<uuid:pk>/", OneWebhook.as_view(), name="api-webhook"),
    path("webhooks/<uuid:pk>/deliveries/", Deliveries.as_view(), name="api-deliveries"),
    path("webhooks/<uuid:pk>/ping/", Ping.as_view(), name="api-webhook-ping"),
]
