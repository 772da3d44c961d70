"""How a file that somebody sent is given back: as bytes to be saved, which no browser opens, sniffs or runs."""

import re
from pathlib import PurePosixPath

from django.http import FileResponse

from leaderboard.evidence import StorageAway, open_blob

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def download(sha256: str, name: str, *, size: int | None = None) -> FileResponse:
    """The answer with a stored file; `name` may have folders, which are left out. Raises StorageAway."""
    try:
        file = open_blob(sha256)
    except OSError as error:
        raise StorageAway(f"The bytes of {sha256} cannot be read.") from error
    own = CONTROLS.sub("_", PurePosixPath(name).name) or sha256
    response = FileResponse(file, as_attachment=True, filename=own, content_type="application/octet-stream")
    response["ETag"] = f'"{sha256}"'
    if size is not None:
        response["Content-Length"] = str(size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
