"""The parts of a manifest as plain forms: what was run, and on what.

The forms hold no rule. A value goes into the manifest as it was typed (a number where it reads as one), and
`manifest.validate` says what is wrong with it; `show` puts each sentence beside the field it is about.
"""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms

from leaderboard.models import Edition
from scoring.rules import Phase
from submissions.errors import Problem

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,24})?")

LATE = (
    "This was changed meanwhile, in another window or by a script, {}. Yours is still here: save again to put it in "
    "its place, or type what it should be."
)
PHASES = (
    (Phase.FINETUNING, "Fine-tuning: how long a pretrained model takes to reach the cut-off on each task"),
    (Phase.INFERENCE, "Inference: how long the fine-tuned model takes for one input"),
    (Phase.PRETRAINING, "Pretraining: how long until a checkpoint meets every cut-off once it is fine-tuned"),
)
ON_THE_CLOCK = (
    ("unknown", "Unknown, or not said"),
    ("no", "No, evaluation is off the clock, as the edition asks"),
    ("yes", "Yes, evaluation is on the clock"),
)
CLOCKS = (
    ("", "The edition's: the last training start before the first evaluation"),
    ("first_line", "The first line of the log"),
)


class Place(forms.CharField):
    """A text field that stands for one place in the manifest, a dotted path.

    `needed`: it may not stay empty; `needed_to_send`: it may in a draft, but not in what is sent.
    """

    def __init__(self, path: str, *, needed: bool = False, needed_to_send: bool = False, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.path = path
        self.needed = needed
        self.needed_to_send = needed_to_send

    def value_of(self, text: str) -> Any:
        """What the manifest gets for what was typed; it is not empty."""
        return text

    def text_of(self, value: Any) -> Any:
        """What the field shows for what the manifest has."""
        return value


class NumberPlace(Place):
    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off"}

    def value_of(self, text: str) -> int | float | str:
        """A number where the text is a plain one; else the text, which `manifest.validate` refuses with its reason."""
        if not PLAIN_NUMBER.fullmatch(text):
            return text
        return float(text) if "." in text else int(text)


class NumbersPlace(NumberPlace):
    """Several numbers, with commas or spaces between them."""

    def value_of(self, text: str) -> Any:
        return [super(NumbersPlace, self).value_of(word) for word in text.replace(",", " ").split()] or text

    def text_of(self, value: Any) -> Any:
        return ", ".join(str(item) for item in value) if isinstance(value, list) else value


def read_at(manifest: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value: Any = manifest
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def write_at(manifest: dict[str, Any], path: str, value: Any) -> None:
    """Sets the value at a dotted path. None takes it away, and with it an object that has become empty."""
    key, _, rest = path.partition(".")
    if rest:
        below = manifest.get(key)
        below = below if isinstance(below, dict) else {}
        write_at(below, rest, value)
        value = below or None
    if value is None:
        manifest.pop(key, None)
    else:
        manifest[key] = value


class ManifestForm(forms.Form):
    """Fields that stand for places in a manifest."""

    sections: tuple[str, ...] = ()
    """The beginnings of the paths whose problems belong to this form, whether or not a field stands for them."""

    def __init__(self, *args: Any, manifest: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest = manifest
        self.add_places()
        for name, field in self.places():
            value = read_at(manifest, field.path)
            if value is not None and name not in self.initial:
                self.initial[name] = field.text_of(value)
        self.was_seen = _seen_in(self.data.get(self.seen_name, "")) if self.is_bound else None
        self.late: list[str] = []

    def add_places(self) -> None:
        """For forms whose fields are not the same for everybody."""

    def places(self) -> Iterable[tuple[str, Place]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, Place)]

    @property
    def seen_name(self) -> str:
        return self.add_prefix("seen")

    @property
    def seen(self) -> str:
        """What the fields show of the manifest, as it comes back with the form: what differs then was typed."""
        known = self.was_seen
        shown = {
            name: self.stored(name) if known is None or name in self.late else known.get(name, "")
            for name, _ in self.places()
        }
        return json.dumps({name: text for name, text in shown.items() if text}, ensure_ascii=False)

    def stored(self, name: str) -> str:
        """What a field would show of the manifest."""
        field = cast(Place, self.fields[name])
        value = read_at(self.manifest, field.path)
        return "" if value is None else _as_typed(field.text_of(value))

    def was_typed(self, name: str) -> bool:
        """Whether a field came back other than it was shown; yes, where it is not known how that was."""
        return self.was_seen is None or _as_typed(self.cleaned_data[name]) != self.was_seen.get(name, "")

    def written(self) -> dict[str, Any]:
        """The manifest with what was typed: what was left as it was shown does not undo another's change.

        Call it on a valid form.
        """
        manifest = copy.deepcopy(dict(self.manifest))
        for name, field in self.places():
            if self.was_typed(name):
                text = self.cleaned_data[name]
                write_at(manifest, field.path, field.value_of(text) if text else None)
        return manifest

    def show_late(self) -> bool:
        """Says beside each field that two have changed what the other one wrote; whether there is one.

        What they were told they have seen, so that the same form sent once more is meant so.
        """
        self.late = [name for name, _ in self.places() if self._is_late(name)]
        for name in self.late:
            stored = f"to “{self.stored(name)}”" if self.stored(name) else "to nothing"
            self.add_error(name, LATE.format(stored))
        return bool(self.late)

    def _is_late(self, name: str) -> bool:
        if self.was_seen is None or not self.was_typed(name):
            return False
        return self.stored(name) not in {self.was_seen.get(name, ""), _as_typed(self.cleaned_data[name])}

    def show(self, problems: Iterable[Problem]) -> None:
        """Puts each problem beside its field, or on top where no field of this form stands for it."""
        for problem in problems:
            name = next((name for name, field in self.places() if _is_within(problem.field, field.path)), None)
            self.add_error(name, in_words(problem) if name else f"{problem.message} {problem.remedy}".strip())

    def owns(self, problem: Problem) -> bool:
        return any(_is_within(problem.field, section) for section in self.sections)


def _as_typed(value: Any) -> str:
    """As a browser sends it back: line breaks are of two characters there, and no space stands around."""
    return "\n".join(str(value).strip().splitlines())


def _seen_in(sent: str) -> dict[str, str] | None:
    """What `seen` has brought back; None where it is not there, or was made up."""
    try:
        seen = json.loads(sent)
        json.dumps(seen, ensure_ascii=False).encode()  # Half a surrogate pair can be read, and never be shown again.
    except (ValueError, RecursionError):
        return None
    return {key: str(value) for key, value in seen.items()} if isinstance(seen, dict) else None


def in_words(problem: Problem) -> str:
    """The problem beside its field: it need not say the field's path once more."""
    message = problem.message.removeprefix(f"`{problem.field}` ")
    if message != problem.message:
        message = f"This {message}"
    return f"{message} {problem.remedy}".strip()


def _is_within(path: str, start: str) -> bool:
    return path == start or path.startswith((f"{start}.", f"{start}["))


class DescriptionForm(ManifestForm):
    """Step 1: phase, edition, model, software and the run."""

    sections = (
        "edition",
        "phase",
        "model",
        "software",
        "run_date",
        "notes",
        "clock",
        "includes_evaluation",
        "started_at",
    )

    phase = Place("phase", label="Phase", needed=True, widget=forms.RadioSelect(choices=PHASES))
    edition = Place("edition", label="Edition", needed=True, widget=forms.Select)
    name = Place("model.name", label="Name of the model", needed=True, max_length=120)
    organisation = Place("model.organisation", label="Organisation", max_length=120)
    parameters = NumberPlace("model.parameters_millions", label="Parameters, in millions")
    code_url = Place(
        "model.code_url",
        label="Link to the source code",
        needed_to_send=True,
        help_text="The paper asks every submission for it. It is shown, and never fetched by this server.",
        widget=forms.URLInput,
    )
    paper_url = Place("model.paper_url", label="Link to the paper", widget=forms.URLInput)
    base = Place("model.base", label="Base", help_text="The architecture it starts from, such as bert-base.")
    trained_on_top_of = Place(
        "model.trained_on_top_of",
        label="Trained on top of",
        help_text="A model whose training is not in these numbers, such as a distilled model's teacher.",
    )
    framework = Place("software.framework", label="Framework", help_text="Such as PyTorch 2.4.")
    precision = Place("software.precision", label="Precision", help_text="Such as fp32, fp16 or bf16.")
    run_date = Place(
        "run_date",
        label="Day of the run",
        help_text="The prices of this day count. Empty: the day it is sent.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    includes_evaluation = Place(
        "includes_evaluation",
        label="Is evaluation on the clock?",
        widget=forms.Select(choices=ON_THE_CLOCK),
    )
    clock = Place("clock", label="Where the clock starts", widget=forms.Select(choices=CLOCKS))
    started_at = Place(
        "started_at",
        label="Start of training",
        help_text="Only where the log gives clock times and does not say when training started: 2026-11-20T09:30:00Z.",
    )
    notes = Place(
        "notes",
        label="Notes",
        help_text="What a reviewer should know.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, editions: Iterable[Edition], fixed: bool = False, **kwargs: Any) -> None:
        """`fixed`: files are there already, which belong to a phase and an edition, so both stay as they are."""
        super().__init__(*args, **kwargs)
        self.fixed = fixed
        self.fields["edition"].widget.choices = [(one.slug, edition_label(one)) for one in editions]
        for name in ("phase", "edition"):
            self.fields[name].disabled = fixed

    def written(self) -> dict[str, Any]:
        """A changed phase or edition has other tasks: what was said about the old ones goes."""
        manifest = super().written()
        if any(manifest.get(key) != self.manifest.get(key) for key in ("phase", "edition")):
            manifest.pop("tasks", None)
        return manifest


def edition_label(edition: Edition) -> str:
    return (
        f"{edition.title} ({edition.slug}), for trying out" if edition.is_demo else f"{edition.title} ({edition.slug})"
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What turns one manifest into the other, as RFC 7396 writes it: null takes a key away."""
    found: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            found[key] = changes(old, value)
        else:
            found[key] = value
    return found
