"""A person's account: what it is, and the API tokens of its scripts."""

from typing import cast

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hulk_site.accounts.closing import close
from hulk_site.accounts.forms import DeleteForm, TokenForm
from hulk_site.accounts.models import Token, User
from hulk_site.accounts.recording import What, record, revoke_tokens
from hulk_site.accounts.takeout import document
from submissions.errors import Refused
from submissions.models import Invitation


@require_GET
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    context = {
        "tokens": Token.objects.filter(user=user).count(),
        "factors": factors.count(),
        "invitations": Invitation.objects.addressed_to(user).count(),
    }
    return render(request, "account/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@sensitive_variables("text")
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for a new one.

    A new token is shown in the answer to its form, not after a redirect: its text would have to be kept somewhere in
    between. A reload sends the form again and is refused, as the name is taken.
    """
    user = cast(User, request.user)
    form = TokenForm(request.POST or None, user=user)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # A double click waits here, and then finds the name taken.
        new, text = form.create() if form.is_valid() else (None, "")
        if new:
            record(user, What.TOKEN_MADE, details={"begins": new.token_key, "scopes": new.scopes})
    context = {
        "form": TokenForm(user=user) if new else form,
        "new": new,
        "text": text,
        "tokens": Token.objects.filter(user=user),
        "now": timezone.now(),
    }
    return render(request, "account/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
@login_required
def data(request: HttpRequest) -> StreamingHttpResponse:
    """All that is kept about a person, as a file."""
    user = cast(User, request.user)
    record(user, What.DATA_TAKEN)
    response = StreamingHttpResponse(document(user, request), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="hulk-my-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@sensitive_post_parameters("password")
def delete(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays, and asks for the password."""
    user = cast(User, request.user)
    form = DeleteForm(request.POST or None, user=user)
    if form.is_valid():
        email = user.email
        try:
            close(user)
        except Refused as error:
            form.add_error(None, f"{error.message} {error.remedy}".strip())
        else:
            request.session.flush()
            if email:
                get_adapter().send_mail("account/email/account_deleted", email, {"username": user.get_username()})
            messages.success(request, "Your account is deleted.")
            return redirect("leaderboard:home")
    return render(request, "account/delete.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@login_required
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Ends a token of one's own at once."""
    token = get_object_or_404(Token, user=cast(User, request.user), token_key=key)
    revoke_tokens([token], by=token.user)
    messages.success(request, f"The token {token.name} is revoked. Scripts that send it get 401 from now on.")
    return redirect("account_tokens")
