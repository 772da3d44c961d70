"""`manage.py check` tells an operator what is missing, with what to do about it."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from hulk_site import checks
from leaderboard.models import Entry, GoldSet
from tests import editions
from tests.factories import make_edition


def ids(found: list) -> list[str]:
    return [message.id for message in found]


def test_a_folder_that_can_be_written_is_fine_even_where_it_is_still_to_be_made(settings: Settings) -> None:
    settings.DATA_DIR = settings.DATA_DIR / "not" / "there" / "yet"
    assert checks.storage_is_writable(None) == []


def test_a_folder_that_cannot_be_written_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    (found,) = checks.storage_is_writable(None)
    assert found.id == "hulk.E001"
    assert str(settings.DATA_DIR) in found.msg and "HULK_DATA" in found.hint


def test_a_folder_for_uploads_that_cannot_be_written_is_named_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "incoming")
    assert checks.storage_is_writable(None) == []
    monkeypatch.setattr("os.access", lambda path, mode: False)
    _, found = checks.storage_is_writable(None)
    assert settings.FILE_UPLOAD_TEMP_DIR in found.msg and "HULK_TMP" in found.hint


def test_gold_that_others_could_read_is_an_error(settings: Settings, tmp_path: Path) -> None:
    settings.GOLD_DIR = tmp_path / "gold"
    assert checks.gold_is_private(None) == []
    settings.GOLD_DIR.mkdir(mode=0o700)
    assert checks.gold_is_private(None) == []
    settings.GOLD_DIR.chmod(0o755)
    assert ids(checks.gold_is_private(None)) == ["hulk.E002"]


def test_production_needs_https_and_named_hosts(settings: Settings) -> None:
    settings.HTTPS, settings.ALLOWED_HOSTS = False, ["*"]
    assert ids(checks.address_is_public(None)) == ["hulk.E003", "hulk.E004"]
    settings.HTTPS, settings.ALLOWED_HOSTS = True, ["hulk.example.org"]
    assert checks.address_is_public(None) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_could_lose_what_it_acknowledged_is_an_error() -> None:
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', 'off', false)")
    found = checks.database_is_durable(None, databases=["default"])
    assert "hulk.E005" in ids(found)
    assert any("synchronous_commit" in message.msg for message in found)
    connection.close()


def test_nothing_is_asked_of_the_database_unless_it_is_named() -> None:
    assert checks.database_is_durable(None, databases=None) == []
    assert checks.catalogue_is_whole(None, databases=None) == []


def test_gold_that_is_not_imported_yet_is_told_with_the_command_that_imports_it(db: None) -> None:
    editions.paper()
    found = checks.catalogue_is_whole(None, databases=["default"])
    assert ids(found) == ["hulk.I001"] * 3
    assert found[1].hint == "manage.py import_gold sst2 FILE… --edition hulk-2020"
    GoldSet.objects.filter(task__slug="sst2").update(imported_sha256="0" * 64)
    assert len(checks.catalogue_is_whole(None, databases=["default"])) == 2


def test_a_board_without_a_reference_is_a_warning(db: None) -> None:
    editions.paper()
    Entry.objects.filter(phase="inference", is_reference=True).update(is_reference=False)
    warnings = [one for one in checks.catalogue_is_whole(None, databases=["default"]) if one.id == "hulk.W001"]
    assert [one.msg.split(" boards")[0] for one in warnings] == ["The inference"]


def test_a_loaded_server_passes_its_own_checks(db: None) -> None:
    editions.paper()
    call_command("check", "--database", "default", "--fail-level", "WARNING")


@pytest.mark.django_db
def test_an_edition_that_allows_more_time_than_this_server_gives_is_told(settings: Settings) -> None:
    edition = make_edition("patient", limits={"verification_seconds": 1200})
    (found,) = [one for one in checks.too_long_verifications("default") if str(edition) in one.msg]
    assert (found.id, "HULK_VERIFICATION_SECONDS=1200" in found.hint) == ("hulk.W002", True)
    settings.VERIFICATION_SECONDS = 1200
    assert list(checks.too_long_verifications("default")) == []
