"""P9 to P15 and P21: boards at 100, 10,000, 100,000 and 1,000,000 entries, on a private PostgreSQL that is thrown away.

`BENCH_BOARD_SIZES=100,10000` measures fewer. The million takes ten to twenty minutes to fill and about 8 GB of disk: a
PostgreSQL of one's own (`DATABASE_URL`, an empty database) keeps the boards for the next run.
"""

import os
import signal
import sys

from hulk_site.embedded import ROOT
from hulk_site.local.services import scratch, start_servers
from hulk_site.local.supervisor import Supervisor
from hulk_site.local.testing import environment


def main() -> None:
    with scratch() as home, Supervisor(lambda said: print(said, file=sys.stderr)) as supervisor:
        addresses = start_servers(supervisor, lambda: home, durable=False)
        settings = environment(addresses, home.folder) | {"DJANGO_SETTINGS_MODULE": "benchmarks.boards.settings"}
        supervisor.run(
            [sys.executable, "-m", "benchmarks.boards.run"], signal.SIGINT, env={**os.environ, **settings}, cwd=ROOT
        )
