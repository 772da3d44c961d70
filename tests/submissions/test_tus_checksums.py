"""The extension `checksum` of tus: a damaged piece is not kept, and can be sent again."""

import base64
import hashlib

import pytest

from submissions.models import Submission
from tests.factories_submissions import LOG, Script, make_submission, make_user
from tests.submissions.tus import PIECE, Tus

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Submission:
    return make_submission(make_user("ada"), complete=False)


@pytest.fixture
def tus(draft: Submission) -> Tus:
    return Tus(Script(draft.owner))


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_that_arrived_as_it_was_sent_is_kept(tus: Tus, draft: Submission, algorithm: str) -> None:
    address = tus.begin(draft, len(LOG))["Location"]
    headers = {"Upload_Offset": "0", "Upload_Checksum": checksum(LOG, algorithm)}
    assert tus.call("PATCH", address, LOG, PIECE, **headers).status_code == 204
    assert draft.evidence.get().size == len(LOG)
    assert set(tus.call("OPTIONS", "uploads/")["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256"}


@pytest.mark.parametrize("begins_at", [0, 5])
def test_a_damaged_piece_is_not_kept_and_sent_again(tus: Tus, draft: Submission, begins_at: int) -> None:
    address = tus.begin(draft, len(LOG))["Location"]
    if begins_at:
        tus.piece(address, 0, LOG[:begins_at])
    rest = LOG[begins_at:]
    headers = {"Upload_Offset": str(begins_at), "Upload_Checksum": checksum(rest)}
    damaged = tus.call("PATCH", address, b"X" + rest[1:], PIECE, **headers)
    assert (damaged.status_code, damaged.json()["status"], damaged.json()["code"]) == (460, 460, "checksum-differs")
    assert tus.offset(address) == begins_at
    assert not draft.evidence.exists()
    assert tus.call("PATCH", address, rest, PIECE, **headers).status_code == 204
    assert draft.evidence.get().sha256 == hashlib.sha256(LOG).hexdigest()


def test_it_holds_for_the_first_bytes_that_come_with_the_announcement(tus: Tus, draft: Submission) -> None:
    assert tus.begin(draft, len(LOG), LOG, Upload_Checksum=checksum(b"other")).status_code == 460
    assert tus.begin(draft, len(LOG), LOG, Upload_Checksum=checksum(LOG)).status_code == 201


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256 no base64!", "sha256"])
def test_one_that_cannot_be_read_is_refused(tus: Tus, draft: Submission, header: str) -> None:
    address = tus.begin(draft, len(LOG))["Location"]
    answer = tus.call("PATCH", address, LOG, PIECE, Upload_Offset="0", Upload_Checksum=header)
    assert answer.status_code in {400, 460}
    assert tus.offset(address) == 0
