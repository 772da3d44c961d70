"""All that is kept about a person, as one JSON document that is written while it is read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.urls import reverse

from hulk_site.accounts.models import AccountEvent, Token, User
from submissions.models import Evidence, Mail, Membership, Message, Submission, Unwanted, Webhook
from submissions.verification import visible


def document(user: User, request: HttpRequest) -> Iterator[str]:
    """Section after section; each list element by element, so that memory stays flat however much was sent."""
    yield '{"account": ' + _json(_account(user))
    for name, items in _lists(user, request):
        yield f',\n"{name}": ['
        for number, item in enumerate(items):
            yield (",\n" if number else "") + _json(item)
        yield "]"
    yield "}\n"


def _account(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_maintainer": user.is_staff,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
    }


def _lists(user: User, request: HttpRequest) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    yield "addresses", EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
    yield "sessions", UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")
    yield "second_factors", Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
    yield "accounts_elsewhere", SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")
    tokens = Token.objects.filter(user=user)
    yield "tokens", tokens.values("name", "token_key", "scopes", "created", "last_used", "expiry")
    memberships = Membership.objects.filter(user=user)
    yield "organisations", memberships.values("organisation__name", "role", "since")
    events = AccountEvent.objects.filter(user=user).order_by("at", "pk")
    yield "events", events.values("at", "what", "details").iterator()
    yield "webhooks", Webhook.objects.filter(owner=user).values("url", "events", "created_at")
    yield "mails_unwanted", Unwanted.objects.filter(person=user).values("topic")
    yield "mails", Mail.objects.filter(recipient=user).values("created_at", "topic", "subject", "state").iterator()
    yield "messages", Message.objects.filter(author=user).values("at", "submission", "body").iterator()
    yield "submissions", _submissions(user, request)


def _submissions(user: User, request: HttpRequest) -> Iterator[dict[str, Any]]:
    rows = Submission.objects.filter(owner=user).select_related("edition", "organisation").order_by("created_at", "pk")
    related = ("evidence", "revisions", "steps__by", "verifications", "messages__author")
    for one in rows.prefetch_related(*related).iterator(chunk_size=20):
        yield {
            "id": one.pk,
            "status": one.status,
            "is_dry_run": one.is_dry_run,
            "edition": one.edition.slug,
            "organisation": one.organisation and one.organisation.name,
            "created_at": one.created_at,
            "changed_at": one.changed_at,
            "entry": one.entry_id,
            "supersedes": one.supersedes_id,
            "manifest": one.manifest,
            "revisions": [_revision(revision) for revision in one.revisions.all()],
            "evidence": [_file(file, request) for file in one.evidence.all()],
            "steps": [_step(step) for step in one.steps.all()],
            "messages": [_message(message) for message in one.messages.all()],
            # What the pages show: of hidden dev sets no more than there.
            "verifications": [visible(found, one, to=user) for found in one.verifications.all()],
        }


def _revision(revision: Any) -> dict[str, Any]:
    keys = ("number", "frozen_at", "content_hash", "manifest", "evidence")
    return {key: getattr(revision, key) for key in keys}


def _file(file: Evidence, request: HttpRequest) -> dict[str, Any]:
    told = {key: getattr(file, key) for key in ("task", "kind", "run", "part", "name", "sha256", "size", "uploaded_at")}
    address = reverse("submissions:evidence", args=[file.submission_id, file.pk])
    return {**told, "url": request.build_absolute_uri(address)}


def _message(message: Message) -> dict[str, Any]:
    return {"at": message.at, "by": message.author.get_username(), "body": message.body, "read_at": message.read_at}


def _step(step: Any) -> dict[str, Any]:
    who = step.by.get_username() if step.by else None
    return {"at": step.at, "by": who, "from": step.from_status, "to": step.to_status, "comment": step.comment}


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
