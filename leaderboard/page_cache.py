"""Board pages, framed ones, pictures and board reads of the API from memory, for whoever is not signed in.

What is kept goes with the versions of the boards and of the catalogue, which the database raises in the very
transaction that changes what a page shows: one small query tells whether a page still holds.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from leaderboard.versions import asked_once, versions

ADDRESS = re.compile(
    r"/(?:api/v1/|embed/)?boards/(pretraining|finetuning|inference)/(time|cost|efficiency)/(pictures/)?"
)
SECONDS_IN_PROXY = 2
"""How long the proxy in front may give out the same page without asking."""
MOST_BYTES = 32 * 1024 * 1024
PARTIAL = ("HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request")
"""Headers with which a script asks for a part of the page."""
OF_CONTENT = ("Content-Type", "Content-Length")

Key = tuple[str, ...]
Page = tuple[bytes, dict[str, str]]
"""Content and headers, the ETag among them."""


class Pages:
    """The pages used last, as many as fit."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._size, self._lock = most_bytes, 0, Lock()
        self._pages: OrderedDict[Key, Page] = OrderedDict()

    def get(self, key: Key) -> Page | None:
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def keep(self, key: Key, content: bytes, headers: dict[str, str]) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._size += len(content) - (len(before[0]) if before else 0)
            self._pages[key] = content, headers
            while self._size > self._most:
                _, (gone, _) = self._pages.popitem(last=False)
                self._size -= len(gone)


pages = Pages(MOST_BYTES)


class PageCacheMiddleware:
    """Stands before sessions and all else that costs time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path)
        if address is None or request.method not in ("GET", "HEAD") or "format" in request.GET:
            return self.get_response(request)
        with asked_once():
            return self._of_board(request, address[1], address[2], is_picture=bool(address[3]))

    def _of_board(self, request: HttpRequest, phase: str, measure: str, *, is_picture: bool) -> HttpResponse:
        if not request.path.startswith("/api/") and any(name in request.COOKIES for name in personal()):
            response = self.get_response(request)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            return response
        try:
            # Pictures show time and cost on every board of a phase.
            key = (_versions_now(phase, "" if is_picture else measure), *_asked(request, whole=is_picture))
        except (OperationalError, InterfaceError):
            return self.get_response(request)
        # What a page of another host would be told: that it is not served.
        request.get_host()
        return self._answer(request, key)

    def _answer(self, request: HttpRequest, key: Key) -> HttpResponse:
        kept = pages.get(key)
        if kept is None:
            response = self.get_response(request)
            if response.status_code != HTTPStatus.OK or response.streaming or _is_personal(request, response):
                return response
            kept = _keep(request, key, response)
        content, headers = kept
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if headers["ETag"] in known or f"W/{headers['ETag']}" in known:
            return HttpResponseNotModified(
                headers={name: value for name, value in headers.items() if name not in OF_CONTENT}
            )
        return HttpResponse(content, headers=headers)


def personal() -> tuple[str, str]:
    """Cookies with which a page may look otherwise."""
    return settings.SESSION_COOKIE_NAME, "messages"


def _is_personal(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the page is somebody's own, whatever the cookies were called."""
    user = getattr(request, "user", None)
    return bool(response.cookies) or (user is not None and user.is_authenticated)


def _keep(request: HttpRequest, key: Key, response: HttpResponse) -> Page:
    patch_vary_headers(response, ("Cookie", PARTIAL[0]))
    if "no-store" not in response.get("Cache-Control", ""):
        # In this order: to an older nginx the first of them counts.
        response["X-Accel-Expires"] = str(SECONDS_IN_PROXY)
        response["Cache-Control"] = "public, no-cache"
    response["ETag"] = f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}"'
    page = response.content, dict(response.items())
    if request.method == "GET":
        pages.keep(key, *page)
    return page


def _versions_now(phase: str, measure: str) -> str:
    """The versions, asked without asking first whether the connection still stands: that would double what it costs."""
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs leave it out
    try:
        return versions(phase, measure)
    except (OperationalError, InterfaceError):
        connection.close()
        return versions(phase, measure)


def _asked(request: HttpRequest, *, whole: bool) -> Key:
    """All else that a page depends on: its address, which part is wanted, the day (no board is of tomorrow), and the
    site itself.

    `whole` pages have no parts, nor links that keep the address; as they are dear, none is made again for other
    campaigns (`utm_…`), another order or headers that change nothing.
    """
    if whole:
        given = sorted((name, *values) for name, values in request.GET.lists() if not name.startswith("utm_"))
        address: Key = (request.path, repr(given))
    else:
        address = (request.get_full_path(), *(request.headers.get(name, "") for name in PARTIAL))
    return (*address, datetime.now(UTC).date().isoformat(), release())


@cache
def release() -> str:
    """A hash of what pages are made by: the site's templates, its code, and the names of its static files."""
    root = Path(settings.BASE_DIR)
    paths = [
        path for folder in ("templates", "leaderboard", "hulk_site", "scoring") for path in (root / folder).rglob("*")
    ]
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    found = hashlib.sha256()
    for path in sorted([path for path in paths if path.suffix in {".py", ".html"}] + [manifest]):
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
