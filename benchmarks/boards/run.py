"""Fills boards of several sizes, measures, and prints tables; run with the settings beside it."""

import itertools
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

django.setup()

from benchmarks.boards import writing  # noqa: E402
from benchmarks.boards.load import measure_server  # noqa: E402
from benchmarks.measuring import table  # noqa: E402
from hulk_site.wsgi import application  # noqa: E402
from leaderboard.models import Board, Edition, Facet  # noqa: E402
from leaderboard.synthetic import make  # noqa: E402
from scoring.rules import Phase  # noqa: E402
from tests.factories import NOW, make_accelerator, make_edition, make_offer  # noqa: E402

SIZES = [int(size) for size in os.environ.get("BENCH_BOARD_SIZES", "100,10000,100000,1000000").split(",")]
ROUNDS = 40
BOARD = "/boards/finetuning/time/"
API = "/api/v1/boards/finetuning/time/"
SORTS = ("model", "-model", "organisation", "hardware", "parameters_millions", "-parameters_millions", "date", "-date",
         "score", "task1", "-task1", "task1_score", "-task3_score")  # fmt: skip
VIEWS = {
    "first page": "",
    "page 400": "page=400",
    "search, rare": "q=quillon",
    "search, common": "q=bert",
    "search, none": "q=zzzzqqq",
    "search, 2 letters": "q=qu",
    "filter, common": "hardware=gpu-0",
    "filter, two at once": "hardware=gpu-1&verified=true",
    "best per model": "best=model",
}

number = itertools.count()


def filled(size: int) -> Edition:
    """An edition with six accelerators, three tasks and many entries."""
    edition = make_edition(f"size-{size}", tasks=3, published_on=date(2020, 1, 1))
    for gpu in range(6):
        make_offer(make_accelerator(f"gpu-{gpu}"), edition=edition, slug=f"cloud-{size}-{gpu}")
    start = time.monotonic()
    make(edition, Phase.FINETUNING, size, seed=size, at=NOW)
    print(f"{size:,} entries made in {time.monotonic() - start:.0f} s", flush=True)
    return edition


def fill() -> dict[int, Edition]:
    """An edition of each size; those that a database of one's own has from an earlier run are used again."""
    call_command("migrate", verbosity=0)
    there = {edition.slug: edition for edition in Edition.objects.all()}
    editions = {size: there.get(f"size-{size}") or filled(size) for size in SIZES}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return editions


class Site:
    """The site in this process, middleware and all; every request has an address of its own, and misses the memory."""

    def __init__(self) -> None:
        self.requests = RequestFactory()

    def get(self, address: str, **headers: str) -> HttpResponse:
        response = application.get_response(self.requests.get(address, headers={"host": "localhost", **headers}))
        assert response.status_code in (200, 304), (address, response.status_code)
        return response

    def fresh(self, path: str, edition: Edition, query: str) -> HttpResponse:
        return self.get(f"{path}?edition={edition.slug}&{query}&utm_round={next(number)}")


def in_turns(ways: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, tuple[float, float]]:
    """Median and 99th percentile in milliseconds of each way, all of them by turns: by the clock, as the database's
    time counts as well."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if turn >= 2:
                taken[name].append(1000 * (time.perf_counter() - start))
    return {name: (statistics.median(times), sorted(times)[int(0.99 * len(times))]) for name, times in taken.items()}


def last_page(site: Site, edition: Edition) -> str:
    """The query of the last page, by its link."""
    html = site.fresh(BOARD, edition, "").content.decode()
    before = html.partition('rel="last" href="?')[2].partition('"')[0]
    return "&".join(part for part in before.split("&amp;") if not part.startswith("edition="))


def pages(site: Site, editions: Mapping[int, Edition]) -> dict[str, dict[int, tuple[float, float]]]:
    """Every view at every size, and the constant page, by turns."""
    ways: dict[str, Callable[[], object]] = {"constant": lambda: site.get(f"/constant/?{next(number)}")}
    for size, edition in editions.items():
        queries = {name: query for name, query in VIEWS.items() if size >= 10_000 or name != "page 400"}
        queries |= {"last page": last_page(site, edition)} if size > 25 else {}
        queries |= {f"sort {sort}": f"sort={sort}" for sort in SORTS}
        rarest = Facet.objects.filter(edition=edition, name="organisation").order_by("count")[0]
        queries["filter, rare organisation"] = urlencode({"organisation": rarest.value})
        for name, query in queries.items():
            ways[f"{name}|{size}"] = lambda edition=edition, query=query: site.fresh(BOARD, edition, query)
        ways[f"API page|{size}"] = lambda edition=edition: site.fresh(API, edition, "")
        board = Board.objects.get(edition=edition, phase="finetuning", measure="time").pk
        ways[f"values() and orjson|{size}"] = lambda board=board: site.get(f"/bare/{board}/?{next(number)}")
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for name, times in in_turns(ways).items():
        view, _, size_text = name.partition("|")
        found.setdefault(view, {})[int(size_text or 0)] = times
    return found


def show(found: dict[str, dict[int, tuple[float, float]]]) -> None:
    constant, smallest = found["constant"][0][0], min(SIZES)
    plain = found["first page"][smallest][0]
    rows = []
    for view, times in found.items():
        cells = [f"{times[size][0]:.1f} / {times[size][1]:.1f}" if size in times else "-" for size in SIZES]
        biggest = times.get(max(SIZES))
        rows.append([view, *cells, f"{biggest[0] / plain:.2f}x" if biggest else "-"])
    rows[0] = ["constant page", *[f"{constant:.2f}"] * len(SIZES), f"{constant / plain:.2f}x"]
    heads = [
        "view, ms: median / 99th percentile",
        *(f"{size:,}" for size in SIZES),
        f"largest, of a page at {smallest}",
    ]
    table("Boards", heads, rows)
    targets(found, plain, constant)


def targets(found: dict[str, dict[int, tuple[float, float]]], plain: float, constant: float) -> None:
    """P9 to P12 and P15: what was promised and what came out."""

    def at(view: str, size: int) -> float | None:
        return found[view][size][0] if size in found.get(view, {}) else None

    rows: list[Sequence[object]] = []

    def promise(name: str, value: float | None, of: float | None, target: float) -> None:
        if value and of:
            ratio = value / of
            rows.append([name, f"<= {target:g}x", f"{ratio:.2f}x", "kept" if ratio <= target else "NOT KEPT"])

    big = max(SIZES)
    promise("P9: a page at 100,000 of one at 100", at("first page", 100_000), plain, 1.3)
    promise(f"P9: a page at {big:,} of one at 100", at("first page", big), plain, 1.5)
    promise("P10: the last page of the first one", at("last page", big), at("first page", big), 1.2)
    promise("P11: a rare search of a plain page at 100", at("search, rare", big), plain, 1.5)
    promise("a common search of a plain page", at("search, common", big), at("first page", big), 1.5)
    promise("a rare filter of a plain page", at("filter, rare organisation", big), at("first page", big), 3)
    for sort in SORTS:
        promise(f"sorted by {sort} of a plain page", at(f"sort {sort}", big), at("first page", big), 1.5)
    promise("P12: a page at 10,000 of a constant one", at("first page", 10_000), constant, 10)
    promise("P15: a page of the API of values() and orjson", at("API page", big), at("values() and orjson", big), 2)
    table("Promised", ["what", "target", "reached", ""], rows)


def main() -> None:
    editions = fill()
    site = Site()
    show(pages(site, editions))
    measure_server(editions, BOARD)
    writing.measure(editions)
    assert Board.objects.filter(edition=editions[max(SIZES)], count__gte=max(SIZES)).exists()


if __name__ == "__main__":
    main()
