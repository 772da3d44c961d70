"""OpenAPI says what the server does: each operation is called with values drawn from the schema, right and wrong ones.

Schemathesis compares every answer with what is written: status, media type, shape, headers, and no 5xx ever.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck
from schemathesis.checks import CHECKS

from hulk_site.wsgi import application
from leaderboard.models import Entry
from submissions import verification, webhooks
from tests.factories_submissions import make_token
from tests.made_once import once
from tests.submissions.working.cases import make_person, make_queued, make_small_edition

SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
SCHEMA.app = application
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}
SETTINGS = hypothesis.settings(
    max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
NOT_SAID = [CHECKS.get_one("positive_data_acceptance")]
"""A manifest has rules that no schema tells, such as which accelerators there are."""
NOT_SAID_OF_UPLOADS = [*NOT_SAID, CHECKS.get_one("negative_data_rejection")]
"""tus wants 412 where its header is missing, which is none of the statuses that the check takes for a refusal."""


@schemathesis.serializer("application/offset+octet-stream")
def piece(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass
class Place:
    """A person with something behind every address, so that not each of them answers 404."""

    headers: dict[str, str]
    ids: dict[str, UUID]

    def fill(self, case: Any) -> None:
        """Real ids where the case has ones that are drawn, the other parts as they are."""
        (folder,) = re.findall(r"^/api/v1/(\w+)", case.path) or [""]
        if "id" in case.path_parameters and folder in self.ids:
            case.path_parameters["id"] = str(self.ids[folder])


def make_place() -> Place:
    make_small_edition()
    person = make_person()
    submission = make_queued(person)
    verification.verify(submission.pk)
    webhook, _ = webhooks.register(person, url="https://hooks.example.org/", events=["verified"], at=timezone.now())
    ids = {"submissions": submission.pk, "webhooks": webhook.pk, "entries": Entry.objects.first().pk}
    return Place({"Authorization": f"Bearer {make_token(person)}"}, ids)


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Place:
    # As Django's own test client does: a request that ends would close the connection that the test's data is in.
    monkeypatch.setattr("django.db.connection.close_if_unusable_or_obsolete", lambda: None)
    return once(make_place)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_what_is_written_is_what_is_answered(label: str, mode: schemathesis.GenerationMode, place: Place) -> None:
    operation = OPERATIONS[label]
    excluded = NOT_SAID_OF_UPLOADS if "/uploads/" in label else NOT_SAID
    if mode.is_negative and not list(operation.iter_parameters()) and not operation.body:
        pytest.skip("it takes nothing that could be wrong")

    @SETTINGS
    @hypothesis.given(case=operation.as_strategy(mode))
    def ask(case: Any) -> None:
        if mode.is_positive:
            place.fill(case)
        case.call_and_validate(headers=place.headers, excluded_checks=excluded)

    ask()
