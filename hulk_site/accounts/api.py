"""Who a token speaks for."""

from typing import Any, cast

from django.contrib.auth.models import AbstractUser
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hulk_site.accounts.models import Scope, Token
from leaderboard.catalogue import limits_of
from leaderboard.models import Edition
from scoring.rules import Limits
from submissions import quota


class TokenSerializer(serializers.ModelSerializer[Token]):
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), read_only=True)

    class Meta:
        model = Token
        fields = ["name", "token_key", "scopes", "created", "expiry", "last_used"]
        read_only_fields = fields


class LimitsSerializer(serializers.Serializer[Limits]):
    """Of one edition, in bytes and files."""

    file_bytes = serializers.IntegerField()
    submission_bytes = serializers.IntegerField()
    submission_files = serializers.IntegerField()


class WhoAmISerializer(serializers.Serializer[Any]):
    username = serializers.CharField()
    is_maintainer = serializers.BooleanField()
    token = TokenSerializer(allow_null=True)
    attempts_left = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(allow_null=True)),
        help_text="Attempts left today by edition and task; null where there is no limit.",
    )
    waiting_left = serializers.IntegerField(
        allow_null=True, help_text="How many more may wait or be verified at once; null where there is no limit."
    )
    drafts_left = serializers.IntegerField(
        allow_null=True, help_text="How many more drafts there may be; null where there is no limit."
    )
    limits = serializers.DictField(child=LimitsSerializer(), help_text="By edition: what a submission may hold.")


class WhoAmI(APIView):
    """The account, what it may send today, and the token of the request; `token` is null in a signed-in browser."""

    permission_classes = [IsAuthenticated]

    @extend_schema(summary="The account of this token", tags=["account"], responses=WhoAmISerializer)
    def get(self, request: Request) -> Response:
        account, now = cast(AbstractUser, request.user), timezone.now()
        editions = list(Edition.objects.prefetch_related("tasks"))
        told = {
            "username": account.get_username(),
            "is_maintainer": account.is_staff,
            "token": request.auth,
            "attempts_left": {edition.slug: quota.left(account, edition, now) for edition in editions},
            "waiting_left": quota.waiting_left(account),
            "drafts_left": quota.drafts_left(account),
            "limits": {edition.slug: limits_of(edition) for edition in editions},
        }
        return Response(WhoAmISerializer(told).data)


urlpatterns = [path("whoami/", WhoAmI.as_view(), name="api-whoami")]
