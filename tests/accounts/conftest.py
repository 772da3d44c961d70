import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.submissions.working.cases import make_person

PASSWORD = "a long passphrase"


@pytest.fixture(autouse=True)
def forget_what_was_counted(db):
    """Rates are counted in the cache, which tests of one process share."""
    cache.clear()


@pytest.fixture
def bob(db):
    return make_person("bob")


@pytest.fixture
def browser_of() -> Callable[..., Client]:
    """A browser in which somebody has just signed in, as a person does."""

    def sign_in(person: Any, password: str = PASSWORD) -> Client:
        client = Client()
        answer = client.post("/account/login/", {"login": person.username, "password": password})
        assert answer.status_code == 302, answer.content
        return client

    return sign_in


def link_in(mail: Any) -> str:
    """The path of the first link of a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.body)
    assert found, mail.body
    return found.group(1)
