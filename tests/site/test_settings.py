"""Settings: what the queue relies on, and what refuses to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from hulk_site import env
from scoring.rules import Limits

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "HULK_LOCAL": "false",
    "DATABASE_URL": "postgres://hulk:hulk@127.0.0.1:1/hulk",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PUBLIC_URL": "https://hulk.example.org",
    "SECRET_KEY": "of-this-test-alone-0123456789-0123456789-0123456789",
    "EMAIL_URL": "smtp+tls://hulk:secret@mail.example.org:587",
}


SHOW = "from django.conf import settings; settings.DEBUG; print('started')"


def start(show: str = SHOW, **changes: str | None) -> "subprocess.CompletedProcess[str]":
    """Reads the settings in a process of its own, with nothing else in its environment."""
    given = {name: value for name, value in {**PRODUCTION, **changes}.items() if value is not None}
    command = [sys.executable, "-c", show]
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "hulk_site.settings", **given}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_time_limits_stand_in_their_order() -> None:
    """A verification ends itself before Celery does, and long before a message would be delivered again."""
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    own, soft, hard = (
        Limits().verification_seconds,
        settings.CELERY_TASK_SOFT_TIME_LIMIT,
        settings.CELERY_TASK_TIME_LIMIT,
    )
    assert own < soft < hard < visibility


def test_the_queue_rings_late_one_at_a_time_in_json_and_keeps_nothing() -> None:
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_ACCEPT_CONTENT == ["json"] == [settings.CELERY_TASK_SERIALIZER]
    assert settings.CELERY_TASK_IGNORE_RESULT


def test_a_broker_that_hangs_is_not_waited_for() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert 0 < options["socket_connect_timeout"] <= 5 and 0 < options["socket_timeout"] <= 5


def test_debug_is_off_whatever_the_environment_says() -> None:
    assert start(DEBUG="1").stdout == "started\n"
    assert not settings.DEBUG


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_without_what_it_needs_it_does_not_start_and_names_it(name: str) -> None:
    refused = start(**{name: None})
    assert refused.returncode != 0
    assert f"{name} is not set" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HULK_LEASE_SECONDS", "soon", "HULK_LEASE_SECONDS is 'soon'; it must be a number of at least 0.5."),
        ("HULK_LEASE_SECONDS", "nan", "HULK_LEASE_SECONDS is 'nan'; it must be a number of at least 0.5."),
        ("HULK_DAILY_ATTEMPTS", "2.5", "HULK_DAILY_ATTEMPTS is 2.5; it must be a whole number."),
        ("SECURE_SSL_REDIRECT", "maybe", "SECURE_SSL_REDIRECT is 'maybe'; it must be true or false."),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(name: str, value: str, said: str) -> None:
    refused = start(**{name: value})
    assert refused.returncode != 0
    assert said in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "SECRET_KEY",
            "3.14159265358979323846264338327950288419716939937",
            "SECRET_KEY is shorter than 50 characters;",
        ),
        ("SECRET_KEY", "django-insecure-" + "k3#9!x" * 10, "SECRET_KEY is a default that others know;"),
        ("SECRET_KEY", "x1-" * 20, "SECRET_KEY is a default that others know;"),
        ("ALLOWED_HOSTS", "hulk.example.org,*", "ALLOWED_HOSTS allows any host (*);"),
    ],
    ids=["short", "default", "typed", "any host"],
)
def test_a_public_server_does_not_start_with_what_would_let_others_in(name: str, value: str, said: str) -> None:
    """RELIABILITY R76. On one's own machine the same values hurt nobody."""
    refused = start(**{name: value})
    assert refused.returncode != 0
    last = refused.stderr.strip().splitlines()[-1]
    assert said in last
    if name == "SECRET_KEY":
        assert value not in refused.stderr
    assert start(**{name: value, "PUBLIC_URL": "http://127.0.0.1:8000"}).stdout == "started\n"


def test_https_is_asked_of_this_name_alone_unless_its_owner_says_more() -> None:
    show = (
        "from django.conf import settings as s; print(s.SECURE_HSTS_SECONDS > 0, "
        "s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    )
    assert start(show).stdout == "True False False\n"
    assert start(show, HSTS_INCLUDE_SUBDOMAINS="true").stdout == "True True False\n"
    assert start(show, HSTS_PRELOAD="true").stdout == "True False True\n"


def test_production_settings_pass_the_checks_for_deployment() -> None:
    checking = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {"PATH": os.environ["PATH"], **PRODUCTION}
    checked = subprocess.run(checking, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_what_make_run_wrote_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "services.json").write_text('{"HULK_TRIED": "by make run"}')
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.delenv("HULK_LOCAL", raising=False)
    monkeypatch.setattr(env, "_LOCAL", env.local_services())
    assert env.text("HULK_TRIED") == "by make run"
    monkeypatch.setenv("HULK_TRIED", "by hand")
    assert env.text("HULK_TRIED") == "by hand"


def test_tests_do_not_read_what_make_run_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "services.json").write_text('{"HULK_DAILY_ATTEMPTS": "0"}')
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setenv("HULK_LOCAL", "false")
    assert env.local_services() == {}


MAIL = "from django.conf import settings as s; print(s.EMAIL_BACKEND, getattr(s, 'EMAIL_HOST', ''), s.EMAIL_USE_TLS)"


def test_mail_goes_to_the_server_that_one_address_names() -> None:
    assert start(MAIL).stdout.split() == ["django.core.mail.backends.smtp.EmailBackend", "mail.example.org", "True"]


def test_without_a_mail_server_mails_are_files_and_the_check_says_so() -> None:
    assert "filebased" in start(MAIL, EMAIL_URL=None).stdout
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, "EMAIL_URL": ""}
    command = [sys.executable, "manage.py", "check", "--deploy"]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "hulk.W003" in said.stderr


def test_a_mistyped_mail_address_stops_the_start_and_is_not_repeated() -> None:
    refused = start(EMAIL_URL="mail.example.org with a secret")
    assert "EMAIL_URL is no mail server's address" in refused.stderr
    assert "a secret" not in refused.stderr.splitlines()[-1]


DOORS = """
import django; django.setup()
from django.conf import settings
from django.urls import Resolver404, resolve
for name in ("github", "orcid"):
    try:
        print(resolve(f"/account/{name}/login/").url_name)
    except Resolver404:
        print(name, "is not there")
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])
"""


def test_sign_in_elsewhere_is_there_where_its_keys_are() -> None:
    assert start(DOORS).stdout.splitlines() == ["github is not there", "orcid is not there", "[\"'self'\"]"]
    opened = start(DOORS, ORCID_CLIENT_ID="id", ORCID_CLIENT_SECRET="key").stdout
    assert opened.splitlines() == ["github is not there", "orcid_login", "[\"'self'\", 'https://orcid.org']"]


def test_one_key_without_the_other_stops_the_start() -> None:
    assert "Only one of GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET is set" in start(GITHUB_CLIENT_ID="id").stderr


def test_a_web_worker_does_not_look_for_garbage_in_what_it_has_loaded() -> None:
    """All views are among it: the first request loads none."""
    show = "import gc, sys, hulk_site.wsgi; print(gc.get_freeze_count() > 100_000, 'leaderboard.views' in sys.modules)"
    assert start(show).stdout == "True True\n", start(show).stderr


def test_the_session_cookie_cannot_be_set_by_a_neighbour() -> None:
    assert start("from django.conf import settings; print(settings.SESSION_COOKIE_NAME)").stdout == "__Host-sessionid\n"
