"""OpenAPI says what the server does: each operation is called with values drawn from the schema, right and wrong ones.

Schemathesis compares every answer with what is written: status, media type, shape, headers, and no 5xx ever.
"""

import hypothesis
import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck
from schemathesis.checks import CHECKS

from hulk_site.wsgi import application
from tests.factories_submissions import make_token
from tests.submissions.work.cases import make_person, make_small_edition

EXAMPLES = 10
SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
SCHEMA.app = application
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NOT_SAID = [CHECKS.get_one(name) for name in ("positive_data_acceptance",)]
"""A manifest has rules that no schema tells, such as which accelerators there are."""


@pytest.fixture
def token(db):
    make_small_edition()
    return make_token(make_person())


@SCHEMA.parametrize()
@SETTINGS
def test_what_is_written_is_what_is_answered(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=NOT_SAID)
