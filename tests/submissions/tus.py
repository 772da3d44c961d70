"""A sender that speaks tus 1.0, as scripts and browsers do."""

import base64
from typing import Any

from submissions.models import Submission
from tests.factories_submissions import Script

PIECE = "application/offset+octet-stream"


def metadata(draft: Submission, task: str = "sst", kind: str = "log", **more: Any) -> str:
    said = {"submission": str(draft.pk), "task": task, "kind": kind, **{key: str(value) for key, value in more.items()}}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


class Tus:
    """Uploads of one script."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def call(self, method: str, address: str, content: bytes = b"", kind: str = "", **headers: str) -> Any:
        return self.script.call(method, address, content, kind, **{"Tus_Resumable": "1.0.0", **headers})

    def begin(self, draft: Submission, size: int, content: bytes = b"", **said: Any) -> Any:
        """Announces a file; names with a capital are headers, the others its metadata."""
        headers = {name: said.pop(name) for name in list(said) if name[0].isupper()}
        return self.call(
            "POST",
            "uploads/",
            content,
            PIECE if content else "",
            Upload_Length=str(size),
            Upload_Metadata=metadata(draft, **said),
            **headers,
        )

    def piece(self, address: str, offset: int, content: bytes) -> Any:
        return self.call("PATCH", address, content, PIECE, Upload_Offset=str(offset))

    def offset(self, address: str) -> int:
        answer = self.call("HEAD", address)
        assert answer.status_code == 200, answer.status_code
        return int(answer["Upload-Offset"])

    def send(self, draft: Submission, content: bytes, **said: Any) -> Any:
        """All of it in one piece; the answer to that piece."""
        begun = self.begin(draft, len(content), **said)
        return self.piece(begun["Location"], 0, content) if begun.status_code == 201 else begun
