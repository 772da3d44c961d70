"""System checks: what an operator should know before visitors notice. Each has an id and a hint.

Those about the database run with `manage.py check --database default` and with `migrate`; those for production also
need `--deploy`.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connections

from leaderboard.catalogue import rules_of
from leaderboard.models import Edition, Entry, Task
from scoring.rules import Phase

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
"""PostgreSQL settings without which an acknowledged submission can be lost with the power."""
Apps = Sequence[AppConfig] | None


@register()
def storage_is_writable(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Evidence, and uploads on their way to it, need folders that this user may write to, or may make."""
    wanted = [("HULK_DATA", str(settings.DATA_DIR))]
    if settings.FILE_UPLOAD_TEMP_DIR:
        wanted.append(("HULK_TMP", settings.FILE_UPLOAD_TEMP_DIR))
    found: list[CheckMessage] = []
    for name, given in wanted:
        folder = Path(given)
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(existing, os.W_OK | os.X_OK):
            hint = f"Give this user write access to {existing}, or set {name} to another folder."
            found.append(Error(f"{name} ({folder}) cannot be written.", hint=hint, id="hulk.E001"))
    return found


@register()
def gold_is_private(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Only the system's own user may open the gold labels. The web service has no such folder at all."""
    folder = Path(settings.GOLD_DIR)
    if not folder.exists() or not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return []
    return [
        Error(
            f"HULK_GOLD ({folder}) is open to other users of this machine.",
            hint=f"chmod 700 {folder}",
            id="hulk.E002",
        )
    ]


@register(Tags.security, deploy=True)
def address_is_public(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.HTTPS:
        hint = "Set PUBLIC_URL to the https address that people use; cookies are then marked as secure."
        found.append(Error("PUBLIC_URL is not an https address.", hint=hint, id="hulk.E003"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: links would else be built from whatever a request claims."
        found.append(Error("ALLOWED_HOSTS allows any host.", hint=hint, id="hulk.E004"))
    return found


@register(Tags.security, deploy=True)
def mail_is_sent(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Sign-up and reset go by mail: files that nobody reads make both a dead end."""
    if not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    hint = "Set EMAIL_URL to your mail server's address, and HULK_SIGNUP=false until there is one."
    return [Warning("Mails are written to files and reach nobody.", hint=hint, id="hulk.W003")]


@register(Tags.database, deploy=True)
def database_is_durable(app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """What was acknowledged must survive a power cut (RELIABILITY R8)."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(DURABLE)])
            off = [name for (name,) in cursor.fetchall()]
        found += [
            Error(
                f"PostgreSQL runs with {name} = off: an accepted submission can be lost.",
                hint=f"ALTER SYSTEM SET {name} = on; then reload PostgreSQL.",
                id="hulk.E005",
            )
            for name in off
        ]
    return found


@register(Tags.database)
def catalogue_is_whole(app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Gold labels that are still to be imported, and boards that have nothing to be ranked against."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if Edition._meta.db_table in connections[alias].introspection.table_names():
            found += [*missing_gold(alias), *missing_references(alias), *too_long_verifications(alias)]
    return found


def missing_gold(alias: str) -> Iterator[CheckMessage]:
    tasks = Task.objects.using(alias).filter(edition__is_demo=False).select_related("edition", "gold_set")
    for task in tasks:
        if not hasattr(task, "gold_set") or not task.gold_set.is_imported:
            yield Info(
                f"The gold labels of {task} are not imported: submissions to it are not proven, and marked so.",
                hint=f"manage.py import_gold {task.slug} FILE… --edition {task.edition.slug}",
                id="hulk.I001",
            )


def missing_references(alias: str) -> Iterator[CheckMessage]:
    for edition in Edition.objects.using(alias):
        references = set(
            Entry.objects.using(alias).references().filter(edition=edition).values_list("phase", flat=True)
        )
        for phase in Phase:
            if phase not in references:
                yield Warning(
                    f"The {phase} boards of {edition} have no reference entry: nothing on them gets a score.",
                    hint="Run `manage.py load_baselines`: an edition's reference is one of its baselines.",
                    id="hulk.W001",
                )


def too_long_verifications(alias: str) -> Iterator[CheckMessage]:
    """Editions that allow a verification more time than this server gives one."""
    for edition in Edition.objects.using(alias):
        allowed = rules_of(edition).limits.verification_seconds
        given = settings.VERIFICATION_SECONDS
        if allowed > given:
            yield Warning(
                f"{edition} allows a verification {allowed} s; this server ends it after {given} s.",
                hint=f"Set HULK_VERIFICATION_SECONDS={allowed}, or lower the edition's limit.",
                id="hulk.W002",
            )
