import pytest

from tests.submissions.work.cases import make_maintainer, make_person, make_small_edition


@pytest.fixture
def edition(db):
    return make_small_edition()


@pytest.fixture
def ada(db):
    return make_person("ada")


@pytest.fixture
def mia(db):
    return make_maintainer("mia")
