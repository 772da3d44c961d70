"""Bearer tokens for scripts."""

from datetime import timedelta
from typing import cast

from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from hulk_site.accounts.models import Token, User

LAST_USE_IS_TOLD_TO = timedelta(minutes=1)
"""So often at most a use is written down: a script that polls does not write at every call."""


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Bearer hulk_…`, and nowhere else: never in an address, which ends up in logs."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, Token]:
        """The account of a token, by the hash of the token. Raises AuthenticationFailed, always with the same words."""
        now = timezone.now()
        row = _find(token)
        if row is None or (row.expiry is not None and row.expiry <= now) or not row.user.is_active:
            raise AuthenticationFailed("The token is wrong, revoked or expired.", code="token-invalid")
        if row.last_used is None or row.last_used < now - LAST_USE_IS_TOLD_TO:
            Token.objects.filter(pk=row.pk).update(last_used=now)
        return cast(User, row.user), row


def _find(token: bytes) -> Token | None:
    if not token.isascii() or b"\0" in token:
        return None
    return Token.objects.select_related("user").filter(digest=hash_token(token.decode())).first()
