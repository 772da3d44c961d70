"""The demo's users with their passwords and API tokens, kept in var/demo.json from one start to the next."""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone
from knox.crypto import hash_token

from hulk_site.accounts.models import Token, User

NAMES = ("researcher", "colleague", "maintainer")
MAINTAINER = "maintainer"
LABEL = "demo"
RENEW_BEFORE = timedelta(days=30)


def make_people(file: Path, url: str) -> dict[str, User]:
    """The users by name. Writes `file` with what they sign in with, readable by its owner alone."""
    kept = read(file)
    users, credentials = {}, {}
    for name in NAMES:
        users[name] = make_user(name)
        credentials[name] = credentials_of(users[name], kept.get(name, {}))
    write(file, {"url": url, "users": credentials})
    return users


def make_user(name: str) -> User:
    user, _ = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
    user.vouch_for_address()
    if name == MAINTAINER:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["leaderboard", "submissions"]))
    return user


def credentials_of(user: User, kept: Mapping[str, str]) -> dict[str, str]:
    """The password and token that were kept, if they still work; new ones if not."""
    password = kept.get("password") or secrets.token_urlsafe(12)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    token = kept.get("token", "")
    if not works(user, token):
        Token.objects.filter(user=user, name=LABEL).delete()
        _, token = Token.objects.create(user=user, name=LABEL)
    return {"password": password, "token": token}


def works(user: User, token: str) -> bool:
    if not token:
        return False
    last = timezone.now() + RENEW_BEFORE
    return Token.objects.filter(user=user, digest=hash_token(token), expiry__gt=last).exists()


def read(file: Path) -> dict[str, Any]:
    """Credentials by name; empty where the file is not there or not ours."""
    try:
        return dict(json.loads(file.read_text())["users"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write(file: Path, content: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(content, opened, indent=2)
        opened.write("\n")
