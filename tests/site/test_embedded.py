"""The private servers: where their data is, what stands in for a missing wheel, and what is said where nothing does."""

import os
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest
import redis

from hulk_site import embedded
from hulk_site.embedded import Home, Postgres, Unusable, Valkey, forget_if_older_than
from hulk_site.local.services import scratch


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(2)
    process.wait(20)


@pytest.mark.slow
@pytest.mark.xdist_group("processes")
def test_postgresql_keeps_what_it_was_told_over_a_kill_and_a_restart() -> None:
    with scratch() as home:
        server = Postgres(home)
        server.prepare()
        process = server.start()
        server.ready(process)
        with psycopg2.connect(server.url) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (what text)")
            cursor.execute("INSERT INTO kept VALUES ('told')")
            cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [["fsync"]])
            assert cursor.fetchall() == []
        connection.close()
        process.kill()
        process.wait()
        again = Postgres(home)
        again.prepare()
        process = again.start()
        again.ready(process)
        with psycopg2.connect(again.url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT what FROM kept")
            assert cursor.fetchall() == [("told",)]
        connection.close()
        stop(process)


@pytest.mark.slow
def test_valkey_asks_for_its_password_and_keeps_what_it_was_told(tmp_path: Path) -> None:
    home = Home(tmp_path, None)
    server = Valkey(home)
    server.prepare()
    process = server.start()
    server.ready(process)
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "told")
    with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.get("kept")
    assert server.password not in " ".join(Path(f"/proc/{process.pid}/cmdline").read_text().split("\0"))
    stop(process)
    again = Valkey(home)
    process = again.start()
    again.ready(process)
    with redis.Redis.from_url(again.url) as client:
        assert client.get("kept") == b"told"
    stop(process)


@pytest.mark.slow
def test_without_any_valkey_or_redis_a_stand_in_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_valkey_program", lambda: None)
    server = Valkey(Home(tmp_path, None))
    server.prepare()
    assert server.in_memory
    process = server.start()
    server.ready(process)
    process.kill()
    process.wait()


def test_without_any_postgresql_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_wheel_programs", lambda: None)
    monkeypatch.setattr(embedded, "_runs", lambda programs, home: False)
    with pytest.raises(Unusable, match=r"apt-get install postgresql.*or set DATABASE_URL"):
        Postgres(Home(tmp_path, None)).prepare()


def test_an_installed_postgresql_takes_the_place_of_a_missing_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pg_ctl", "initdb", "postgres"):
        (programs / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(embedded, "_wheel_programs", lambda: None)
    monkeypatch.setenv("PATH", str(programs))
    assert embedded._usable_programs(Home(tmp_path, None)) == programs


def test_a_server_that_does_not_start_is_told_with_the_last_line_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\necho 'Address already in use'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(embedded, "_valkey_program", lambda: program)
    server = Valkey(Home(tmp_path, None))
    server.prepare()
    with pytest.raises(Unusable, match="Valkey did not start: Address already in use"):
        server.ready(server.start())


def test_passwords_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path, None)
    assert Valkey(home).password == Valkey(home).password
    assert stat.S_IMODE((tmp_path / "valkey.password").stat().st_mode) == 0o600


def test_data_of_an_earlier_clone_at_the_same_path_is_not_taken_over(tmp_path: Path) -> None:
    home, mark = Home(tmp_path / "home", None), tmp_path / "mark"
    home.folder.mkdir()
    assert forget_if_older_than(home, mark) is False
    (home.folder / "postgres").mkdir()
    assert forget_if_older_than(home, mark) is False
    assert (home.folder / "postgres").exists()
    mark.unlink()
    assert forget_if_older_than(home, mark) is True
    assert not (home.folder / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as its caller unless that is root")
def test_root_keeps_the_data_where_nobody_can_reach_it_and_not_in_a_folder_of_somebody_else(tmp_path: Path) -> None:
    home = embedded.home_for("test", tmp_path)
    assert home.folder.parent == Path("/var/tmp") and home.postgres_user == "nobody"
    os.chown(home.folder, 65534, 65534)
    with pytest.raises(Unusable, match="belongs to somebody else"):
        embedded.home_for("test", tmp_path)
    home.folder.rmdir()
