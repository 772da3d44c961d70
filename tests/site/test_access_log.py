"""What the web server writes of each request, with a real gunicorn."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hulk_site.embedded import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port and the log of a `bin/web` with no database behind it."""
    port, log = free_port(), tmp_path / "log"
    changed = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "hulk_site.settings",
        "HULK_LOCAL": "false",
        "HULK_BIND": f"127.0.0.1:{port}",
        "HULK_WEB_WORKERS": "1",
        "HULK_DATA": str(tmp_path),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "a key for this test",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "DATABASE_URL": "postgres://hulk:hulk@127.0.0.1:1/hulk",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    with log.open("wb") as output:
        running = subprocess.Popen(
            [ROOT / "bin" / "web"], env={**os.environ, **changed}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_it_listens(port, running)
        yield port, log
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_until_it_listens(port: int, running: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("bin/web does not listen")


def test_a_request_is_one_line_without_what_stands_after_the_question_mark(web: tuple[int, Path]) -> None:
    port, log = web
    before = "http://127.0.0.1/account/?token=hulk_of_the_page_before"
    for path in ("/healthz?token=hulk_secret", "/no%0Asuch%1B%22page?token=hulk_secret"):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Referer": before})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as answer:
            assert answer.code in {404, 503}
    give_up = time.monotonic() + 10
    while '"GET /no' not in log.read_text():
        assert time.monotonic() < give_up, log.read_text()
        time.sleep(0.05)
    said = log.read_text()
    assert "hulk_secret" not in said and "hulk_of_the_page_before" not in said
    assert '127.0.0.1 "GET /healthz HTTP/1.1" 200 ' in said
    assert '"GET /no%0Asuch%1B%22page HTTP/1.1" ' in said
