"""What takes long to make is made once by a process; every later test gets copies of its rows and files."""

import io
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Model

T = TypeVar("T")
VERSIONS = "leaderboard_catalogueversion"
_kept: dict[tuple[Any, ...], "Made"] = {}
_times = count(1)


class Made(NamedTuple):
    """`said` is what the maker returned, `rows` text for COPY by table, `files` contents by store and path in it."""

    said: Any
    rows: dict[str, bytes]
    files: dict[tuple[str, Path], bytes]


def once(make: Callable[..., T], *arguments: Any) -> T:
    """As `make(*arguments)`, which begins without rows of its own: it is called for the first test only.

    What it returns is a row, which is read anew, or a plain value. Ids are the same in each copy. No sequence goes
    back, so no other row gets them.
    """
    key = (make, *arguments)
    if key in _kept:
        _copy(_kept[key])
    elif _may_copy():
        _kept[key] = _watch(partial(make, *arguments))
    else:
        return make(*arguments)
    said = _kept[key].said
    return type(said)._default_manager.get(pk=said.pk) if isinstance(said, Model) else said


def _may_copy() -> bool:
    """Triggers, which ran when the rows were made, are passed over by none but a superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _watch(make: Callable[[], Any]) -> Made:
    rows, files = _rows(), _files()
    said = make()
    now = _rows()
    assert all(rows[table].keys() <= now[table].keys() for table in now), f"{make} changes rows that it has not made"
    new_rows = {table: b"".join(line for line in now[table] if line not in rows[table]) for table in now}
    new_files = {place: content for place, content in _files().items() if place not in files}
    return Made(said, {table: text for table, text in new_rows.items() if text}, new_files)


def _rows() -> dict[str, dict[bytes, None]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    tables = {model._meta.db_table for model in models if not model._meta.proxy} - {VERSIONS}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            text = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', text)
            found[table] = dict.fromkeys(text.getvalue().splitlines(keepends=True))
    return found


def _folders() -> dict[str, Path]:
    return {"evidence": Path(default_storage.location), "gold": Path(settings.GOLD_DIR)}


def _files() -> dict[tuple[str, Path], bytes]:
    return {
        (store, path.relative_to(folder)): path.read_bytes()
        for store, folder in _folders().items()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _copy(made: Made) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, text in made.rows.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(text))
        _raise_versions(cursor)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    folders = _folders()
    for (store, path), content in made.files.items():
        target = folders[store] / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o600)


def _raise_versions(cursor: Any) -> None:
    """Beyond all that other copies came to: a page that is kept in memory goes with ids and versions."""
    ahead = next(_times) * 10_000
    cursor.execute("UPDATE leaderboard_board SET version = version + %s", [ahead])
    cursor.execute(
        f"INSERT INTO {VERSIONS} AS line (id, version) VALUES (1, %s) "
        "ON CONFLICT (id) DO UPDATE SET version = line.version + excluded.version",
        [ahead],
    )
