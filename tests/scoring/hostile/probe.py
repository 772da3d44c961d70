"""Sends every large file as one kind of evidence, in its own process: `python -m tests.scoring.hostile.probe KIND`.

Prints a line of JSON a file: what was found, how long it took, and how many bytes the process grew by at its largest.
"""

import json
import resource
import sys
import time

from tests.scoring.hostile.corpus import HEAD, LARGE
from tests.scoring.hostile.sent import KINDS
from tests.scoring.hostile.streams import repeated, source


def largest() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(kind: str, only: str = "") -> None:
    send = KINDS[kind]
    send(source("warm", repeated(b"1,92\n", 10, HEAD)))
    before = largest()
    for name, blocks in LARGE.items():
        if only not in name:
            continue
        started = time.process_time()
        report = send(source("sent", blocks))
        found = [[one.code, one.severity.value, one.message, one.file] for one in report.findings]
        told = {"name": name, "seconds": time.process_time() - started, "growth": largest() - before, "findings": found}
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
