"""Who may open which address: every one of the URLconf, against a table that is written down (RELIABILITY R58).

An address without a line here fails, so that nobody adds one without deciding who it is for. States of a submission are
crossed with roles in `tests/journeys/test_roles.py`.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from submissions import organisations
from submissions.models import Membership, Submission
from tests.accounts.matrix import ADMIN, TABLE
from tests.factories_submissions import (
    LOG,
    PREDICTIONS,
    Script,
    make_catalogue,
    make_maintainer,
    make_manifest,
    make_user,
)
from tests.journeys.actors import verify

ROLES = ("anonymous", "stranger", "owner", "member", "maintainer", "superuser")


def addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every route below, as it is written, without regular expressions' anchors."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + re.sub(r"^\^|\$$|\\Z$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


class Scene:
    """One of everything, and a browser for each role."""

    def __init__(self) -> None:
        edition = make_catalogue("matrix")
        self.people = {name: make_user(name) for name in ("stranger", "owner", "member")}
        self.people["maintainer"] = make_maintainer("maintainer")
        self.people["superuser"] = make_user("superuser", is_staff=True, is_superuser=True)
        owner = self.people["owner"]
        self.lab = organisations.found("Lab", by=owner)
        Membership.objects.create(organisation=self.lab, user=self.people["member"])
        self.invitation = organisations.invite(self.lab, "stranger", by=owner)
        script, files = Script(owner), {"sst/log.csv": LOG, "sst/dev.tsv": PREDICTIONS}
        self.submission = script.bundle(make_manifest(edition), files, query="?organisation=lab").json()["id"]
        verify(self.submission)
        self.dry_run = script.bundle(make_manifest(edition), files, query="?dry_run=true").json()["id"]
        self.draft = script.post("submissions/?organisation=lab", make_manifest(edition)).json()["id"]
        self.evidence = Submission.objects.get(pk=self.submission).evidence.get(kind="log")
        self.browsers = {"anonymous": Client(), **{name: self.signed_in(name) for name in self.people}}

    def signed_in(self, name: str) -> Client:
        client = Client()
        client.force_login(self.people[name])
        return client

    def fill(self, route: str) -> str:
        """A route with values for what stands in brackets, of what is there; of entries there are none."""
        values = {
            "slug": "lab",
            "key": self.people["owner"].auth_token_set.get().token_key,
            "evidence_pk": self.evidence.pk,
            "sha256": self.evidence.sha256,
            "task": "sst",
            "kind": "log",
            "name": "log.csv",
            "phase": "finetuning",
            "measure": "time",
            "path": "css/hulk.css",
        }
        values["pk"] = self.submission
        if "dry-runs" in route:
            values["pk"] = self.dry_run
        elif "/edit/" in route or "/delete/" in route or "/organisation/" in route:
            values["pk"] = self.draft
        elif "entr" in route:
            values["pk"] = "00000000-0000-0000-0000-000000000000"
        elif "invitation" in route:
            values["pk"] = self.invitation.pk
        elif "members" in route:
            values["pk"] = self.lab.memberships.get(role="member").pk
        elif "webauthn" in route:
            values["pk"] = 1
        route = re.sub(r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)", r"<\1>", route)
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], "x")), route)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def is_admin(route: str) -> bool:
    return route.startswith("admin/")


OURS = sorted({route for route in addresses() if not is_admin(route)})


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert sorted(TABLE) == OURS


def test_an_address_opens_for_those_it_is_for(scene: Scene) -> None:
    for route in OURS:
        got = tuple(scene.browsers[role].get(scene.fill(route)).status_code for role in ROLES)
        assert got == TABLE[route], f"{route}: {dict(zip(ROLES, got, strict=True))}"


def models_in_the_admin() -> list[str]:
    found = {re.match(r"admin/(\w+)/(\w+)/$", route) for route in addresses() if is_admin(route)}
    return sorted(f"{one[1]}/{one[2]}" for one in found if one and one[1] != "password_change")


def test_every_model_in_the_admin_has_a_line() -> None:
    assert sorted(ADMIN) == models_in_the_admin()


def test_the_admin_opens_for_maintainers_as_far_as_they_may(scene: Scene) -> None:
    for model in models_in_the_admin():
        check_admin(scene, model)


def check_admin(scene: Scene, model: str) -> None:
    app, name = model.split("/")
    row = apps.get_model(app, name)._default_manager.first()
    pk = row.pk if row else "1"
    pages = {
        "list": "",
        "add": "add/",
        "change": f"{pk}/change/",
        "delete": f"{pk}/delete/",
        "history": f"{pk}/history/",
    }
    for role in ("anonymous", "stranger", "owner", "member"):
        for page in pages.values():
            assert scene.browsers[role].get(f"/admin/{model}/{page}").status_code == 302, (role, page)
    for role in ("maintainer", "superuser"):
        got = {page: scene.browsers[role].get(f"/admin/{model}/{path}").status_code for page, path in pages.items()}
        opens = " ".join(page for page, status in got.items() if status == 200)
        assert opens == ADMIN[model][role], (model, role, got)


PRIVATE = ("account/", "submissions/", "api/v1/submissions", "api/v1/dry", "api/v1/whoami")


def test_nothing_private_is_kept_by_a_cache_on_the_way(scene: Scene) -> None:
    """What is one's own is for one's own browser at most (RELIABILITY R75)."""
    kept = []
    for route in OURS:
        answer = scene.browsers["owner"].get(scene.fill(route))
        if route.startswith(PRIVATE) and answer.status_code == 200 and "private" not in answer.get("Cache-Control", ""):
            kept.append(route)
    assert kept == []
