"""P14: boards behind nginx, which keeps them for two seconds, beside the same bytes as a file; both measured by wrk.

The rules for boards are those of deploy/nginx.conf, taken from there.
"""

import getpass
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.boards.plain_http import wait
from benchmarks.measuring import table
from hulk_site.embedded import ROOT, free_port

ROUNDS, SECONDS = 5, 2
FILE = "/file/board.html"
CONFIGURATION = """
user {user};
daemon off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    default_type text/html;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_temp_path {folder}/proxy;
    upstream web {{ server 127.0.0.1:{web}; keepalive 16; }}
    {personal}
    {cache}
    {proxy}
    server {{
        listen 127.0.0.1:{port};
        location /file/ {{ alias {folder}/file/; }}
        {boards}
    }}
}}
"""


def measure_proxy(web: int, address: str, content: bytes) -> None:
    """`address` of a board that a gunicorn on the port `web` answers with `content`."""
    nginx_path = shutil.which("nginx")
    if not nginx_path or not shutil.which("wrk"):
        print("P14 is not measured: it needs the programs nginx and wrk.")
        return
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder, port = Path(name), free_port()
        (folder / "file").mkdir()
        (folder / "file" / "board.html").write_bytes(content)
        (folder / "nginx.conf").write_text(_configuration(folder, web, port))
        with subprocess.Popen([nginx_path, "-p", name, "-c", f"{name}/nginx.conf"]) as nginx:
            try:
                wait(port, FILE)
                _report(f"http://127.0.0.1:{port}", address)
            finally:
                nginx.terminate()


def _configuration(folder: Path, web: int, port: int) -> str:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    boards = re.search(r"location ~ \S+boards/ \{.*?\n {8}\}", text, re.DOTALL)
    cache = re.search(r"proxy_cache_path \S+ ([^;]*;)", text)
    personal = re.search(r"map \$http_cookie \$personal \{.*?\n    \}", text, re.DOTALL)
    assert boards and cache and personal, "deploy/nginx.conf keeps boards"
    proxy = re.findall(r"^    (proxy_(?!cache).*;)$", text, re.MULTILINE)
    return CONFIGURATION.format(
        user=getpass.getuser(),
        folder=folder,
        web=web,
        port=port,
        boards=boards[0],
        personal=personal[0],
        cache=f"proxy_cache_path {folder}/boards {cache[1]}",
        proxy="\n    ".join(proxy),
    )


def _report(server: str, address: str) -> None:
    rates: dict[str, list[float]] = {"kept by nginx": [], "the same bytes as a file": []}
    for turn in range(ROUNDS + 1):
        for name, path in zip(rates, (address, FILE), strict=True):
            rate = _rate(server + path)
            if turn:
                rates[name].append(rate)
    kept, file = (sorted(found)[len(found) // 2] for found in rates.values())
    rows = [["P14: kept by nginx, of the same bytes as a file", ">= 0.8x", f"{kept:,.0f} / {file:,.0f}",
             f"{kept / file:.2f}x", "kept" if kept >= 0.8 * file else "NOT KEPT"]]  # fmt: skip
    table("Behind nginx", ["what", "target", "requests/s", "reached", ""], rows)


def _rate(address: str) -> float:
    command = [shutil.which("wrk") or "wrk", "-t1", "-c4", f"-d{SECONDS}s", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Non-2xx" not in said.stdout, said.stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)
    assert found, said.stdout
    return float(found[1])
