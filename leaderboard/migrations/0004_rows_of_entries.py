"""Puts the entries that there are on the boards: rows that stand now, and rows as they stood, from published scores."""

import re
import unicodedata
from collections import Counter

from django.db import migrations

LETTERS = {"reached": "R", "not_reached": "N", "not_run": "S", "invalid": "I", "unknown": "U"}
GAP = 2**32
INFINITY, NAN = float("inf"), float("nan")
COPIED = (
    "model", "organisation", "framework", "date", "kind", "badge", "verified", "is_reference", "runs", "spread",
    "energy_kwh", "co2e_kg", "footnotes",
)  # fmt: skip


def folded(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def columns(entry, outcomes, slugs, span):
    """All columns of a row but board and entry."""
    values = {name: getattr(entry, name) for name in COPIED}
    millions = None if entry.parameters_millions is None else float(entry.parameters_millions)
    up = NAN if millions is None else millions
    values |= {"hardware": entry.hardware_text, "accelerator": entry.accelerator.slug if entry.accelerator else ""}
    values |= {"parameters_millions": millions, "parameters_up": up, "parameters_down": -up, "tie": entry.tie}
    values["date_down"] = -entry.date.toordinal()
    values["search"] = "\n".join(
        folded(values[name]) for name in ("model", "organisation", "hardware", "framework")
    )
    for name in ("model", "organisation", "hardware"):
        raw = folded(values[name]).encode()
        values |= {f"{name}_up": raw or b"\xff", f"{name}_down": bytes(255 - byte for byte in raw) + b"\xff"}
    score = span.score
    values |= {"score": score, "score_up": NAN if score is None else score or INFINITY}
    values["order_key"] = NAN if score is None else -score if score else INFINITY
    values["outcomes"] = "".join(LETTERS[outcomes[slug].outcome] if slug in outcomes else "U" for slug in slugs)
    for slot, slug in enumerate(slugs, start=1):
        values |= slot_columns(slot, outcomes.get(slug), span.measure, span.task_scores.get(slug))
    return values | {
        "valid_from": span.valid_from,
        "reference_id": span.reference_id,
        "edition_revision": span.edition_revision,
        "reason": span.reason,
    }


def slot_columns(slot, outcome, measure, score):
    seconds = outcome.seconds if outcome else None
    usd = outcome.cost_usd if outcome and measure != "time" else None
    value = {"time": seconds, "cost": usd, "efficiency": score}[measure]
    nothing = outcome is not None and outcome.outcome in ("not_reached", "not_run")
    up = INFINITY if nothing else NAN if value is None else value
    return {
        f"seconds_{slot}": seconds, f"usd_{slot}": usd, f"score_{slot}": score, f"up_{slot}": up,
        f"down_{slot}": INFINITY if nothing else -up,
    }  # fmt: skip


def fill_phase(apps, edition, phase):
    entry_model, row_model = apps.get_model("leaderboard", "Entry"), apps.get_model("leaderboard", "BoardRow")
    past_model, score_model = apps.get_model("leaderboard", "PastRow"), apps.get_model("leaderboard", "PublishedScore")
    boards = {board.measure: board for board in edition.boards.filter(phase=phase)}
    slugs = ["all"] if phase == "pretraining" else [task.slug for task in edition.tasks.order_by("position")]
    entries = list(entry_model.objects.filter(edition=edition, phase=phase).select_related("accelerator"))
    entries.sort(key=lambda entry: (entry.date, entry.model, str(entry.pk)))
    facets, terms, count, best = Counter(), Counter(), Counter(), {}
    shown = {}
    for number, entry in enumerate(entries):
        entry.tie = number * GAP
        entry.save(update_fields=["tie"])
        outcomes = {one.task.slug if one.task else "all": one for one in entry.outcomes.select_related("task")}
        if entry.is_reference and entry.status == "published":
            values = [outcomes.get(slug) for slug in slugs]
            shown = {"entry": str(entry.pk), "model": entry.model}
            shown["seconds"] = [one.seconds if one else None for one in values]
            shown["usd"] = [one.cost_usd if one else None for one in values]
        for span in score_model.objects.filter(entry=entry):
            row = columns(entry, outcomes, slugs, span) | {"board": boards[span.measure], "entry": entry}
            if span.valid_to is not None:
                past_model.objects.create(**row, valid_to=span.valid_to)
            elif entry.status == "published":
                row_model.objects.create(**row)
                best[span.measure] = max(best.get(span.measure, 0.0), span.score or 0.0)
                if span.measure == "time":
                    tally(row, facets, terms, count)
    write(apps, edition, phase, facets, terms)
    listed = {
        name: sorted(([value, number] for (kind, value), number in facets.items() if kind == name), key=by_count)[:50]
        for name in ("device", "framework", "organisation", "kind", "verified")
    }
    for board in boards.values():
        board.count, board.with_energy_kwh, board.with_co2e_kg = count["all"], count["energy"], count["co2e"]
        board.facets, board.reference, board.best = listed, shown, best.get(board.measure)
        board.save()


def by_count(pair):
    return -pair[1], pair[0]


def tally(row, facets, terms, count):
    count["all"] += 1
    count["energy"] += row["energy_kwh"] is not None
    count["co2e"] += row["co2e_kg"] is not None
    facets["verified", "true" if row["verified"] else "false"] += 1
    for name in ("accelerator", "hardware", "organisation", "framework", "kind"):
        if row[name]:
            facets[name, row[name]] += 1
    if device := row["accelerator"] or row["hardware"]:
        facets["device", device] += 1
    words = set(row["search"].split())
    terms.update({part[:240] for word in words for part in (word, *re.findall(r"\w+", word))})


def write(apps, edition, phase, facets, terms):
    facet, term = apps.get_model("leaderboard", "Facet"), apps.get_model("leaderboard", "Term")
    facet.objects.bulk_create(
        facet(edition=edition, phase=phase, name=name, value=value, count=number)
        for (name, value), number in facets.items()
    )
    term.objects.bulk_create(
        term(edition=edition, phase=phase, text=text, count=number) for text, number in terms.items()
    )


def fill(apps, schema_editor):
    for edition in apps.get_model("leaderboard", "Edition").objects.all():
        for phase in ("pretraining", "finetuning", "inference"):
            fill_phase(apps, edition, phase)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0003_versions")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
