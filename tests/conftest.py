"""What every test gets: stores of its own, quick passwords, and a browser where there is one; people to ask for."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pytest_django import Settings

from leaderboard.models import Edition
from tests.reliability.processes import Site
from tests.submissions.working.cases import make_maintainer, make_person, make_small_edition

# Playwright keeps an event loop in the test's thread, which Django would otherwise refuse to work beside.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# On a machine that does much else an example takes as long as it takes: no test is about time.
hypothesis.settings.register_profile(
    "hulk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("hulk")

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: the garbage collector need not walk it every time."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A gzip file holds the second in which it was made; processes that share the tests must agree on their names."""
    return f"{argname}-gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


@pytest.fixture(autouse=True)
def own_stores(settings: Settings, tmp_path: Path) -> None:
    """Evidence and gold of one test are never seen by another, nor by a server that runs beside it."""
    keep_below(tmp_path, settings)


def keep_below(folder: Path, settings: Settings) -> None:
    settings.STORAGES = {
        "default": {
            **settings.STORAGES["default"],
            "OPTIONS": {**settings.STORAGES["default"]["OPTIONS"], "location": folder / "evidence"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.DATA_DIR = folder
    settings.GOLD_DIR = folder / "gold"


@pytest.fixture(scope="session")
def _lasting_web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    site = Site(tmp_path_factory.mktemp("web"), shared=True)
    yield site, site.warm_web()
    site.stop()


@pytest.fixture
def web_site(_lasting_web: tuple[Site, str], transactional_db: None, settings: Settings) -> Iterator[tuple[Site, str]]:
    """A site with a warm gunicorn, and its address, for tests that leave that process as it is."""
    site, address = _lasting_web
    keep_below(site.folder, settings)
    yield site, address
    sys.stdout.write(site.logs())
    site.calm_down()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def edition(db: None) -> Edition:
    """The small edition, where a folder or a module has no other."""
    return make_small_edition()


@pytest.fixture
def ada(db: None) -> Any:
    return make_person("ada")


@pytest.fixture
def mia(db: None) -> Any:
    return make_maintainer("mia")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium that `make test` found, or one on PATH; without one, browser tests are skipped, and fail in CI."""
    chromium = os.environ.get("HULK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sentence = "no Chromium: install one, or set HULK_CHROMIUM to its path"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_ARGUMENTS}
