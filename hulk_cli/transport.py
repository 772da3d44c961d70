"""Requests to one server: tried again where that can help, and answered in values or in our own errors."""

import platform
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from hulk_cli.errors import HulkError, NotHulk, NotSignedIn, Refused, ServerAway, WrongUsage
from hulk_cli.version import VERSION

API = "/api/v1/"
TRIES = 6
LONGEST_WAIT = 60.0
"""Seconds that are waited at most before one more try: a quota that comes back tomorrow is told at once."""
PASSING = frozenset({429, 502, 503, 504})
TIMEOUT = httpx.Timeout(60, connect=10, read=120)
CLIENT = f"hulk/{VERSION} (Python {platform.python_version()}; {sys.platform})"

Answer = TypeVar("Answer")
OnRetry = Callable[[HulkError, float], None]
"""Called before a pause with its reason and its seconds."""


class Transport:
    """One server and one token. `on_retry` may be set to hear of pauses."""

    def __init__(self, url: str, token: str = "", *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.url = server_url(url)
        self.has_token = bool(token)
        self.on_retry: OnRetry = lambda reason, seconds: None
        self._sleep = sleep
        headers = {"X-Hulk-Client": CLIENT, "User-Agent": CLIENT, "Accept": "application/json, */*;q=0.5"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=self.url + API, headers=headers, timeout=TIMEOUT)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """The answer to a request whose body can be sent again as it is; `arguments` are httpx's."""
        return self.retrying(lambda: self.once(method, path, **arguments))

    def json(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON of an answer."""
        return json_of(self.call(method, path, **arguments))

    def once(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One try. Raises ServerAway, or Refused where the server said no."""
        with _as_our_own(self.url):
            return _checked(self._http.request(method, path, **arguments))

    @contextmanager
    def streaming(self, path: str, **arguments: Any) -> Iterator[httpx.Response]:
        """One try of a GET whose body is read piece by piece."""
        with _as_our_own(self.url), self._http.stream("GET", path, **arguments) as response:
            if not response.is_success:
                response.read()
            yield _checked(response)

    def retrying(self, work: Callable[[], Answer]) -> Answer:
        """Do the work, and do it again after a pause while the server is away, busy or asks to wait."""
        for attempt in range(1, TRIES):
            try:
                return work()
            except (ServerAway, Refused) as error:
                seconds = pause(error, attempt)
                if seconds is None:
                    raise
                self.on_retry(error, seconds)
                self._sleep(seconds)
        return work()


def server_url(text: str) -> str:
    """`https://host` of what people paste as the server's address. WrongUsage where it is none."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise WrongUsage(f"{text!r} is not the address of a server. Give one such as https://hulk.example.org.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.split('/api/')[0].rstrip('/')}"


def pause(error: ServerAway | Refused, attempt: int) -> float | None:
    """Seconds to wait after a try, counted from 1; None where another would not help.

    What the server asks for, else half a second doubled with each try, with chance in it so that many do not come back
    together.
    """
    if isinstance(error, Refused):
        if error.status not in PASSING:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_WAIT else None
    return float(2 ** (attempt - 2)) * random.uniform(0.8, 1.2)  # noqa: S311


def json_of(response: httpx.Response) -> Any:
    """The JSON of a success. NotHulk where it is something else, such as the page of another site."""
    try:
        return response.json()
    except ValueError:
        raise NotHulk(
            f"{response.url} did not answer in JSON, so it is not HULK's API. Check the server's address."
        ) from None


@contextmanager
def _as_our_own(url: str) -> Iterator[None]:
    """What httpx raises where nobody answers, as ServerAway."""
    try:
        yield
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        raise ServerAway(f"{url} does not answer: {reason}.") from error
    except httpx.DecodingError as error:
        raise ServerAway(f"The answer of {url} cannot be unpacked: {error}.") from error


def _checked(response: httpx.Response) -> httpx.Response:
    """The answer itself where it is a success. Raises Refused, NotSignedIn or NotHulk."""
    if response.is_success:
        return response
    if response.is_redirect:
        raise NotHulk(f"{response.url} has moved to {response.headers.get('Location')}. Give that address.")
    kind = NotSignedIn if response.status_code in {401, 403} else Refused
    told = _problem(response)
    raise kind(
        response.status_code,
        str(told.get("code") or f"http-{response.status_code}"),
        str(told.get("detail") or f"The server answered {response.status_code} {response.reason_phrase}."),
        [one for one in told.get("errors") or [] if isinstance(one, dict)],
        retry_after=_seconds(response.headers.get("Retry-After", "")),
    )


def _problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document; empty where a proxy or another site answered in its own way."""
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(text: str) -> float | None:
    """A Retry-After in seconds; its other form, a date, is not one that HULK sends."""
    return float(text) if text.isascii() and text.isdecimal() else None
