"""What may stand in an address beside its path, and what is said about a body that is no multipart body."""

from typing import Any

import pytest
from django.test import Client

from submissions import parsers
from tests.factories_submissions import LOG, Script, make_catalogue, make_manifest, make_user, multipart

pytestmark = pytest.mark.django_db


@pytest.fixture
def script() -> Script:
    return Script(make_user())


@pytest.fixture
def where(script: Script) -> str:
    """The address of a draft's log."""
    return f"submissions/{script.post('submissions/', make_manifest(make_catalogue())).json()['id']}/evidence/sst/log/"


def explained(answer: Any, status: int) -> str:
    """Message and remedy of the one mistake that an answer tells."""
    assert answer.status_code == status, answer.content
    (one,) = answer.json()["errors"]
    assert one["message"] and one["remedy"]
    return f"{one['message']} {one['remedy']}"


class TestParameters:
    @pytest.mark.parametrize("query", ["x=1", "Run=2", "run=1&halves=matched", "utm_source=a"])
    def test_an_address_of_evidence_takes_run_and_part_alone(self, script: Script, where: str, query: str) -> None:
        for answer in (script.put(f"{where}?{query}", LOG), script.get(f"{where}?{query}")):
            assert answer.status_code == 400
            assert "Only `run` and `part`" in answer.json()["errors"][0]["message"]

    @pytest.mark.parametrize("address", ["evidence/sst/log/?part=a%00", "evidence/s%00t/log/", "evidence/sst/l%00g/"])
    def test_no_file_stands_at_a_place_that_no_text_can_name(self, script: Script, where: str, address: str) -> None:
        there = where.replace("evidence/sst/log/", address)
        for answer in (script.get(there), script.delete(there), script.put(there, LOG)):
            assert "NUL" in explained(answer, 400)

    def test_an_unknown_task_is_named_whatever_else_the_address_says(self, script: Script, where: str) -> None:
        there = where.replace("evidence/sst/log/", "evidence/nope/predictions/?part=x")
        answer = script.put(there, LOG)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown-task")

    @pytest.mark.parametrize("path", ["submissions/?organisation=%00", "submissions/?a%00=1", "boards/x%00/time/"])
    def test_a_nul_in_an_address_is_refused_with_its_place(self, script: Script, path: str) -> None:
        assert "NUL" in explained(script.get(path), 400)

    @pytest.mark.parametrize(
        "query", ["page=0", "page=-1", "page=two", "page=1.0", "page=²", "per_page=0", "per_page=a"]
    )
    @pytest.mark.parametrize("list_", ["tasks", "hardware", "editions", "submissions"])
    def test_a_list_answers_a_wrong_page_as_boards_do(self, script: Script, where: str, list_: str, query: str) -> None:
        answer = script.get(f"{list_}/?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong-query")
        assert "whole number from 1" in answer.json()["errors"][0]["message"]
        assert Client().get("/api/v1/boards/finetuning/time/?page=0").json()["code"] == "wrong-query"

    @pytest.mark.parametrize("query", ["page=1&page=2", "per_page=1&per_page=2", "cursor=&cursor="])
    def test_a_list_is_not_asked_two_things_at_once(self, query: str) -> None:
        answer = Script(make_user()).get(f"submissions/?{query}")
        assert answer.status_code == 400
        assert "may stand here once" in answer.json()["errors"][0]["message"]

    def test_an_empty_page_is_the_first(self, script: Script, where: str) -> None:
        assert script.get("tasks/?page=&per_page=").json() == script.get("tasks/").json()


class TestBrokenParts:
    def test_headers_that_are_too_long_are_told_with_a_remedy(self, script: Script, where: str) -> None:
        body, kind = multipart({}, {"file": LOG})
        long = body.replace(b'filename="file"', b'filename="' + b"x" * 2000 + b'"')
        for answer in (script.put(where, long, kind), script.call("POST", "bundles/", long, kind)):
            told = explained(answer, 400)
            assert "header size exceeded" in told and "1,024 bytes" in told and "curl -F" in told

    def test_base64_that_is_none_is_told_with_a_remedy(self, script: Script, where: str) -> None:
        body, kind = multipart({}, {"file": b"a"})
        body = body.replace(b"Content-Type: text/plain", b"Content-Transfer-Encoding: base64")
        assert "not as base64" in explained(script.put(where, body, kind), 400)

    def test_too_many_parts_are_told_with_how_many_there_may_be(self, script: Script, where: str) -> None:
        body, kind = multipart({}, {f"f{number}": LOG for number in range(200)})
        for answer in (script.put(where, body, kind), script.call("POST", "bundles/", body, kind)):
            assert "at most 64 files" in explained(answer, 413)
        fields, kind = multipart({f"f{number}": "a" for number in range(2000)}, {})
        assert "at most 64 files" in explained(script.call("POST", "bundles/", fields, kind), 413)

    def test_a_boundary_that_is_none_is_told(self, script: Script, where: str) -> None:
        answer = script.call("POST", "bundles/", b"xx", "multipart/form-data; boundary=")
        assert parsers.BUILD_IT in explained(answer, 400)
