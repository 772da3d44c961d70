"""Files of labels -> rows of id and label: GLUE TSV, CSV, JSON Lines, or one label a line (PROTOCOL section 7)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scoring.readers.cells import cells_of, delimiter_of, fit
from scoring.readers.headers import name
from scoring.readers.json_text import array_rows, is_array, object_items, one_object
from scoring.readers.jsonl import is_json_lines, json_rows
from scoring.readers.sentences import id_text
from scoring.readers.text import Text, Unreadable
from scoring.readers.wording import named

PREDICTED = ("prediction", "predictions", "pred", "predicted", "predictedlabel", "label", "goldlabel")
GOLD = ("goldlabel", "label")
_NO_LABELS = frozenset(
    ("prob", "probs", "proba", "probability", "probabilities", "score", "scores", "logit", "logits", "confidence")
)
"""Words of columns that say how sure a prediction is, not which."""
_IDS = ("index", "idx", "id", "guid")
_PAIRS = ("pairid",)
_PAIR_ID = re.compile(r"[0-9]{1,9}[a-z]")
"""MultiNLI's pair ids are the number of the prompt and a letter for the label that was asked for."""
_SPLITS = ("split", "part", "subset")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row as written: an empty label where the row has none, None where the file has no such column."""

    line: int
    label: str
    id: str | None = None
    split: str | None = None
    pair: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where label, id, split and pair id stand; None where the file has no such column."""

    label: int
    id: int | None = None
    split: int | None = None
    pair: int | None = None

    def row(self, line: int, cells: Sequence[object]) -> LabelRow:
        others = (None if at is None else id_text(cells[at]) for at in (self.id, self.split, self.pair))
        return LabelRow(line, id_text(cells[self.label]), *others)


def read_labels(text: Text, label_names: Sequence[str], *, rows: int) -> Iterator[LabelRow]:
    """The file's rows in its order, at most `rows` of them. Unreadable where it is of no known layout."""
    head = text.head()
    if is_array(head):
        return _read_json(array_rows(text), label_names, rows)
    if is_by_id(head, label_names):
        return _read_by_id(text, rows)
    if is_json_lines(head):
        return _read_json(json_rows(text, rows=text.limits.log_rows), label_names, rows)
    if head.lstrip().startswith(b"["):
        raise Unreadable(
            "The file is a JSON array of values, which is not read.",
            remedy='Send one label a line in the dev set\'s order, or objects such as {"id": 0, "prediction": "…"}.',
        )
    return _read_delimited(text, label_names, rows)


def is_by_id(head: bytes, names: Sequence[str]) -> bool:
    """Whether a file is one JSON object of `id: prediction`, not JSON Lines whose rows have a column of `names`."""
    if not head.lstrip().startswith(b"{"):
        return False
    if not is_json_lines(head):
        return True
    row = one_object(head)
    return row is not None and not {name(key).joined for key in row}.intersection(names)


def _read_by_id(text: Text, rows: int) -> Iterator[LabelRow]:
    """Pair ids are told from numbers by their letters."""
    for line, key, value in object_items(text):
        if isinstance(value, (dict, list)):
            raise _no_label([key], line)
        if rows == 0:
            return
        rows -= 1
        label = id_text("" if value is None else value)
        yield LabelRow(line, label, pair=key) if _PAIR_ID.fullmatch(key) else LabelRow(line, label, id=key)


def _read_json(
    objects: Iterator[tuple[int, dict[str, object]]], label_names: Sequence[str], rows: int
) -> Iterator[LabelRow]:
    keys: list[str] = []
    places: Layout | None = None
    for number, row in objects:
        if places is None:
            keys = list(row)
            places = _places(keys, label_names)
            if places is None:
                raise _no_label(keys, number)
        if rows == 0:
            return
        rows -= 1
        yield places.row(number, ["" if row.get(key) is None else row[key] for key in keys])


def _read_delimited(text: Text, label_names: Sequence[str], rows: int) -> Iterator[LabelRow]:
    places: Layout | None = None
    delimiter: bytes | None = None
    width = 0
    for number, line in text.lines(rows=text.limits.log_rows):
        if places is None:
            delimiter = delimiter_of(line)
            cells = cells_of(line, delimiter)
            width = len(cells)
            places, has_header = layout_of(cells, label_names)
            if places is None:
                raise _no_label(cells, number)
            if has_header:
                continue
        if rows == 0:
            return
        rows -= 1
        yield places.row(number, fit(cells_of(line, delimiter), width, number))


def _places(titles: Sequence[str], label_names: Sequence[str]) -> Layout | None:
    """The columns that a header names; None where it names no label, so that it may be a row."""
    names = [name(title).joined for title in titles]
    label = _label_place(titles, names, label_names)
    if label is None:
        return None
    return Layout(label, _first(names, _IDS), _first(names, _SPLITS), _first(names, _PAIRS))


def _label_place(titles: Sequence[str], names: Sequence[str], label_names: Sequence[str]) -> int | None:
    """Where the label stands. Beside a column that says it is predicted, as `pred_label` does, `label` is the gold."""
    label = _first(names, label_names)
    if label_names == GOLD or (label is not None and names[label] not in GOLD):
        return label
    predicted = [place for place, title in enumerate(titles) if _says_predicted(title)]
    if label is not None and len(predicted) > 1:
        raise Unreadable(
            f"Several columns may be the prediction: {named([titles[place] for place in predicted])}.",
            remedy="Name the one that counts `prediction`.",
            line=1,
        )
    return predicted[0] if len(predicted) == 1 else label


def _says_predicted(title: str) -> bool:
    words = name(title).words
    return any(word.startswith("pred") for word in words) and _NO_LABELS.isdisjoint(words)


def layout_of(cells: Sequence[str], label_names: Sequence[str]) -> tuple[Layout | None, bool]:
    """The layout that a file's first line tells, and whether that line is a header. Without one, one column is the
    label and two are id and label; None where there are more."""
    if (named := _places(cells, label_names)) is not None:
        return named, True
    return {1: Layout(0), 2: Layout(1, 0)}.get(len(cells)), False


def _first(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(want) for want in wanted if want in names), None)


def _no_label(titles: Sequence[str], line: int) -> Unreadable:
    return Unreadable(
        f"No column is named `prediction` or `label`; found: {named(titles)}.",
        remedy="Send a header with `index` and `prediction`, or one label a line in the dev set's order.",
        line=line,
    )
