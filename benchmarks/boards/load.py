"""Requests a second of a real gunicorn: a board made anew, from memory and as 304, beside a constant one; and of
nginx."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from benchmarks.boards.plain_http import answer, get, wait
from benchmarks.boards.proxy import measure_proxy
from benchmarks.measuring import table
from hulk_site.embedded import free_port
from leaderboard.models import Edition

CONNECTIONS, SECONDS, ROUNDS = 4, 2.0, 5


def measure_server(editions: Mapping[int, Edition], board: str) -> None:
    edition = editions[min(editions, key=lambda size: abs(size - 100_000))]
    port = free_port()
    file = Path(settings.STATIC_ROOT) / "bench.html"
    command = [sys.executable, "-m", "gunicorn", "hulk_site.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--threads", "4", "--worker-class", "gthread", "--log-level", "error"]  # fmt: skip
    address = f"{board}?edition={edition.slug}"
    file.write_bytes(b"x" * 40_000)
    with subprocess.Popen(command) as server:
        try:
            wait(port, "/constant/")
            head, content = get(port, address)
            file.write_bytes(content)
            etag = next(line for line in head.split("\r\n") if line.lower().startswith("etag")).partition(": ")[2]
            _report(port, {
                "made anew": (f"{address}&utm_round=%d", ""),
                "from memory": (address, ""),
                "304": (address, f"If-None-Match: {etag}\r\n"),
                "constant, 5 kB": ("/constant/", ""),
                "the same bytes as a file": ("/static/bench.html", ""),
            })  # fmt: skip
            measure_proxy(port, address, content)
        finally:
            server.terminate()
            file.unlink()


def _report(port: int, ways: Mapping[str, tuple[str, str]]) -> None:
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, (address, headers) in ways.items():
            rate = _rate(port, address, headers)
            if turn:
                rates[name].append(rate)
    medians = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    constant = medians["constant, 5 kB"]
    rows = [[name, f"{rate:,.0f}", f"{rate / constant:.2f}x"] for name, rate in medians.items()]
    table("A real server: 2 workers of 4 threads, 4 connections", ["what", "requests/s", "of a constant page"], rows)
    anew = medians["made anew"]
    kept = [
        ["P13: from memory, of made anew", ">= 2x", medians["from memory"] / anew, 2.0],
        ["P13: from memory, of a constant page", ">= 0.6x", medians["from memory"] / constant, 0.6],
        ["P13: 304, of a constant page", ">= 0.6x", medians["304"] / constant, 0.6],
    ]
    table("Promised", ["what", "target", "reached", ""],
          [[*one[:2], f"{one[2]:.2f}x", "kept" if one[2] >= one[3] else "NOT KEPT"] for one in kept])  # fmt: skip


def _rate(port: int, address: str, headers: str) -> float:
    """Answers a second over a few connections that stay open."""
    counts = [0] * CONNECTIONS
    until = time.monotonic() + SECONDS

    def ask(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.monotonic() < until:
                where = (
                    address % (counts[place] * CONNECTIONS + place + int(until * 1e6)) if "%d" in address else address
                )
                connection.sendall(f"GET {where} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
                answer(connection)
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS
