"""A paper under blind review: its entry is ranked like any other, and nothing public tells whose it is."""

import hashlib
import re
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from leaderboard import api, rescoring, urls
from leaderboard.models import Entry, Event
from leaderboard.publishing import WITHHELD
from tests.factories import make_accelerator
from tests.factories_submissions import LOG, PREDICTIONS, make_catalogue, make_manifest
from tests.journeys.actors import Maintainer, Researcher, Visitor
from tests.submission_pages.pages import text_of

NAMESPACES = {"/": "leaderboard:", "/api/v1/": ""}
SECRET = "lovelace"
MODEL = {
    "name": "MyBERT",
    "organisation": f"{SECRET} lab",
    "paper_url": f"https://example.org/{SECRET}.pdf",
    "code_url": f"https://example.org/{SECRET}",
}
HARDWARE = {
    "accelerator": "rtx-2080-ti",
    "details": f"{SECRET} cluster",
    "usd_per_hour": 0.5,
    "price_source": f"https://example.org/{SECRET}/prices",
}
FILES = {f"{SECRET}/log.csv": LOG, f"{SECRET}/dev.tsv": PREDICTIONS}
TASKS = {"sst": {"log": f"{SECRET}/log.csv", "predictions": f"{SECRET}/dev.tsv"}}


@pytest.fixture
def people(db):
    return Researcher("owner"), Maintainer(), Visitor(), make_catalogue()


def publish(people, *, blind=True, hardware=HARDWARE) -> tuple[str, str]:
    owner, maintainer, _, edition = people
    pk = owner.send_bundle(make_manifest(edition, TASKS, model=MODEL, hardware=hardware), FILES)
    if blind:
        assert owner.script.put(f"submissions/{pk}/blind/", b"").json()["is_blind"]
    return pk, maintainer.approve(pk)


def addresses(edition, entry) -> list[str]:
    """Every public address there is, of this entry and of its boards; a new one is among them by itself."""
    values = {
        "pk": [entry],
        "phase": ["finetuning"],
        "measure": ["time", "cost", "efficiency"],
        "task": ["sst"],
        "sha256": [hashlib.sha256(content).hexdigest() for content in FILES.values()],
    }
    found = []
    for prefix, pattern in [("/", one) for one in urls.urlpatterns] + [("/api/v1/", one) for one in api.urlpatterns]:
        names = list(pattern.pattern.converters)
        if pattern.name == "sample":
            continue
        for chosen in product(*(values[name] for name in names)):
            path = reverse(f"{NAMESPACES[prefix]}{pattern.name}", args=chosen)
            found.append(f"{path}?edition={edition.slug}" if "boards/" in path and path.count("/") > 4 else path)
    boards = [address for address in found if address.startswith("/api/v1/boards/finetuning/")]
    found += [f"{address}&format={form}" for address in boards for form in ("csv", "json")]
    return [*found, f"{boards[0]}&on={timezone.now().date()}"]


def everything_public(visitor, edition, entry) -> dict[str, str]:
    """What stands at every public address."""
    assert (
        visitor.browser.get(f"/api/v1/boards/finetuning/time/?edition={edition.slug}&q={SECRET}").json()["count"] == 0
    )
    return {address: at(visitor, address) for address in addresses(edition, entry)}


def at(visitor, address) -> str:
    answer = visitor.browser.get(address)
    assert answer.status_code in {200, 302, 404}, address
    return answer.getvalue().decode().lower()


def telling(pages) -> set[str]:
    """The kinds of addresses that tell, ids and hashes left out."""
    return {
        re.sub(r"[0-9a-f-]{36,}", "…", address.partition("?")[0]) for address, text in pages.items() if SECRET in text
    }


def test_nothing_public_tells_and_the_rank_is_the_same(people):
    _, _, visitor, edition = people
    _, entry = publish(people)
    assert telling(everything_public(visitor, edition, entry)) == set()
    (row,) = [row for row in visitor.board("finetuning", "time", edition.slug).values() if row["entry"] == entry]
    assert (row["organisation"], row["model"]) == ("anonymous", "MyBERT")
    assert visitor.api(f"entries/{entry}/evidence/") == []


def test_openly_published_the_same_addresses_do_tell(people):
    """So that the test above looks where there is something to see: the names, and the names of the files."""
    _, _, visitor, edition = people
    _, entry = publish(people, blind=False)
    pages = {address: at(visitor, address) for address in addresses(edition, entry)}
    told = telling(pages)
    assert told >= {
        "/boards/finetuning/time/",
        "/boards/finetuning/efficiency/",
        "/entries/…/",
        "/entries/…/derivations/sst/time/",
        "/entries/…/evidence/…/",
        "/embed/boards/finetuning/cost/",
        "/feeds/entries.atom",
        "/api/v1/boards/finetuning/time/",
        "/api/v1/entries/…/",
        "/api/v1/entries/…/evidence/",
    }
    assert f"author = {{{{{MODEL['organisation']}}}}}" in pages[f"/entries/{entry}/"], (
        "BibTeX stands on the entry's page"
    )


def test_the_owner_reveals_it_in_one_step_that_is_recorded(people):
    owner, _, visitor, edition = people
    pk, entry = publish(people)
    before = visitor.board("finetuning", "time", edition.slug)["MyBERT"]
    answer = owner.script.delete(f"submissions/{pk}/blind/")
    assert (answer.status_code, answer.json()["is_blind"]) == (200, False)
    after = visitor.board("finetuning", "time", edition.slug)["MyBERT"]
    assert after == {**before, "organisation": MODEL["organisation"]}
    shown = visitor.api(f"entries/{entry}/")
    assert (shown["paper_url"], shown["code_url"]) == (MODEL["paper_url"], MODEL["code_url"])
    assert [file["name"] for file in visitor.api(f"entries/{entry}/evidence/")] == [f"{SECRET}/log.csv"]
    event = Event.objects.get(what="revealed")
    assert (event.by, event.old["organisation"], event.new["organisation"]) == (
        owner.user,
        "anonymous",
        MODEL["organisation"],
    )
    assert "The names are shown from now on." in owner.words(f"/submissions/{pk}/")
    owner.script.delete(f"submissions/{pk}/blind/")
    assert Event.objects.filter(what="revealed").count() == 1


def test_a_revealed_entry_is_as_one_that_was_never_blind(people):
    owner, _, visitor, _ = people
    _, openly = publish(people, blind=False)
    pk, entry = publish(people)
    owner.script.delete(f"submissions/{pk}/blind/")
    one, other = (visitor.api(f"entries/{pk}/") for pk in (openly, entry))
    for name in ("model", "organisation", "paper_url", "code_url", "hardware_details", "findings", "evidence", "price"):
        assert str(one.get(name)).replace(openly, "") == str(other.get(name)).replace(entry, ""), name


@pytest.mark.parametrize("accelerator", ["rtx-2080-ti", "nobody-sells-it"])
@pytest.mark.parametrize("source", ["3", ".", "-", "o", "Cloud", " (mine) "])
def test_only_the_source_of_the_declared_price_is_withheld(people, accelerator, source):
    """Not what else happens to be spelled with it: the price itself, the offer, the note."""
    owner, _, visitor, edition = people
    make_accelerator(accelerator)
    hardware = {"accelerator": accelerator, "usd_per_hour": 0.53, "price_source": source}
    _, openly = publish(people, blind=False, hardware=hardware)
    pk, entry = publish(people, hardware=hardware)
    one, other = Entry.objects.get(pk=openly).price, Entry.objects.get(pk=entry).price
    told = {name for name in one if one[name] != other[name]}
    assert told == ({"declared_source", "source", "note"} if one["declared"] else {"declared_source"})
    assert not one["declared"] or f"({WITHHELD})" in other["note"]
    assert visitor.browser.get(f"/entries/{entry}/derivations/sst/cost/").status_code == 200
    assert rescoring.plan(edition, at=timezone.now()).is_empty
    owner.script.delete(f"submissions/{pk}/blind/")
    assert Entry.objects.get(pk=entry).price == one


def test_what_is_published_openly_is_not_hidden_afterwards(people):
    owner, *_ = people
    pk, _ = publish(people, blind=False)
    answer = owner.script.put(f"submissions/{pk}/blind/", b"")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_only_the_owner_decides(people):
    _, maintainer, visitor, edition = people
    pk, entry = publish(people)
    assert maintainer.script.delete(f"submissions/{pk}/blind/").status_code == 403
    assert Researcher().script.delete(f"submissions/{pk}/blind/").status_code == 404
    assert telling(everything_public(visitor, edition, entry)) == set()


def test_the_page_offers_both(people):
    owner, maintainer, _, edition = people
    pk = owner.send_bundle(make_manifest(edition, TASKS, model=MODEL), FILES)
    assert "Is the paper under blind review?" in owner.words(f"/submissions/{pk}/")
    page = owner.browser.post(f"/submissions/{pk}/blind/", {"do": "hide"}, follow=True)
    assert "It will be published blind" in text_of(page)
    assert "published blind, until the owner reveals them" in maintainer.review_page(pk)
    maintainer.approve(pk)
    page = owner.browser.post(f"/submissions/{pk}/blind/", {"do": "reveal"}, follow=True)
    assert "The names are shown." in text_of(page)


def test_what_takes_its_place_is_blind_too(people):
    owner, maintainer, visitor, edition = people
    pk, _ = publish(people)
    successor = owner.revise(pk)
    owner.submit(successor)
    entry = maintainer.approve(successor)
    assert telling(everything_public(visitor, edition, entry)) == set()
