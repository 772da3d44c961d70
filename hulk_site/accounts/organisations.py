"""Pages about organisations: one's own, one with its members and submissions, and what can be done with it."""

from collections.abc import Callable
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import consume
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hulk_site.accounts.models import User
from submissions import organisations
from submissions.errors import Refused
from submissions.models import Invitation, Membership, Role, Submission

A_PAGE = 25
TOO_MANY_INVITATIONS = "You have invited as many as one may on a day. Nobody was invited now: try again tomorrow."


class FoundForm(forms.Form):
    name = forms.CharField(max_length=80, label="Name", widget=forms.TextInput(attrs={"autocomplete": "organization"}))


class InviteForm(forms.Form):
    whom = forms.CharField(max_length=254, label="User name or e-mail address")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Those that one is in, invitations, and the form for a new one."""
    user = cast(User, request.user)
    form = FoundForm(request.POST or None)
    if form.is_valid():
        try:
            return redirect("organisation", organisations.found(form.cleaned_data["name"], by=user).slug)
        except Refused as error:
            form.add_error("name", f"{error.message} {error.remedy}".strip())
    context = {
        "form": form,
        "memberships": Membership.objects.filter(user=user).select_related("organisation"),
        "invitations": Invitation.objects.addressed_to(user).select_related("organisation", "by"),
    }
    return render(request, "account/organisations.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@login_required
def one(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _membership(request, slug), InviteForm())


@require_POST
@login_required
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Says the same whether or not an address has an account; the mail tells the invited what to do."""
    membership, form = _membership(request, slug), InviteForm(request.POST)
    if form.is_valid() and not consume(request, action="invite", user=request.user):
        form.add_error("whom", TOO_MANY_INVITATIONS)
        return _page(request, membership, form, status=429)
    if form.is_valid():
        try:
            invitation = organisations.invite(
                membership.organisation, form.cleaned_data["whom"], by=cast(User, request.user)
            )
        except Refused as error:
            form.add_error("whom", f"{error.message} {error.remedy}".strip())
        else:
            _tell_the_invited(request, invitation)
            messages.success(request, "The invitation is made. It is accepted under “Organisations”.")
            return redirect("organisation", slug)
    return _page(request, membership, form, status=422)


def _tell_the_invited(request: HttpRequest, invitation: Invitation) -> None:
    email = invitation.email or cast(User, invitation.user).email
    if email:
        url = request.build_absolute_uri(reverse("organisations"))
        context = {"organisation": invitation.organisation, "by": invitation.by, "organisations_url": url}
        get_adapter().send_mail("account/email/invitation", email, context)


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The invited accepts or declines."""
    user = cast(User, request.user)
    invitation = get_object_or_404(Invitation.objects.addressed_to(user), pk=pk)
    if "accept" not in request.POST:
        invitation.delete()
        messages.success(request, "The invitation is declined.")
        return redirect("organisations")
    try:
        organisation = organisations.accept(invitation, by=user)
    except Refused as error:
        return _told(request, error, "organisations")
    messages.success(request, f"You are a member of {organisation}.")
    return redirect("organisation", organisation.slug)


@require_POST
@login_required
def take_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """An owner takes an invitation back."""
    membership = _membership(request, slug, role=Role.OWNER)
    get_object_or_404(membership.organisation.invitations, pk=pk).delete()
    messages.success(request, "The invitation is taken back.")
    return redirect("organisation", slug)


@require_POST
@login_required
def change_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leaving, removing and roles; `do` says which."""
    user = cast(User, request.user)
    member = get_object_or_404(_membership(request, slug).organisation.memberships.select_related("user"), pk=pk)
    name = member.user.get_username()
    deeds: dict[str, tuple[Callable[..., None], str]] = {
        "remove": (organisations.part, f"{name} is no longer in {member.organisation}."),
        "owner": (lambda member, by: organisations.make(Role.OWNER, member, by=by), f"{name} is an owner now."),
        "member": (lambda member, by: organisations.make(Role.MEMBER, member, by=by), f"{name} is a member now."),
    }
    deed, done = deeds.get(request.POST.get("do", ""), (None, ""))
    if deed is None:
        return redirect("organisation", slug)
    try:
        deed(member, by=user)
    except Refused as error:
        return _told(request, error, "organisation", slug)
    messages.success(request, done)
    is_still_in = Membership.objects.filter(organisation=member.organisation, user=user).exists()
    return redirect("organisation", slug) if is_still_in else redirect("organisations")


@require_POST
@login_required
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = _membership(request, slug).organisation
    try:
        organisations.delete(organisation, by=cast(User, request.user))
    except Refused as error:
        return _told(request, error, "organisation", slug)
    messages.success(request, f"{organisation} is deleted.")
    return redirect("organisations")


def _membership(request: HttpRequest, slug: str, **more: Any) -> Membership:
    """One's membership of it; 404 for others, as where there is none."""
    rows = Membership.objects.filter(user=cast(User, request.user)).select_related("organisation")
    return get_object_or_404(rows, organisation__slug=slug, **more)


def _page(request: HttpRequest, membership: Membership, form: InviteForm, status: int = 200) -> HttpResponse:
    organisation = membership.organisation
    rows = Submission.objects.in_organisation(organisation.slug, request.user).select_related("owner", "edition")
    context = {
        "organisation": organisation,
        "membership": membership,
        "is_owner": membership.role == Role.OWNER,
        "members": organisation.memberships.select_related("user"),
        "invitations": organisation.invitations.select_related("user"),
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "form": form,
    }
    return render(request, "account/organisation.html", context, status=status)


def _told(request: HttpRequest, error: Refused, name: str, *arguments: str) -> HttpResponse:
    messages.error(request, f"{error.message} {error.remedy}".strip())
    return redirect(name, *arguments)
