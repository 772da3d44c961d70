"""The shapes of the public API: what is read, field by field. No rule lives here."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leaderboard.boards import has_gold
from leaderboard.exports import entry_url, tasks_json
from leaderboard.history import Standing
from leaderboard.models import Accelerator, Curve, Edition, Entry, Event, Offer, Outcome, Task
from leaderboard.walks import Source, Walk
from scoring.rules import Measure
from scoring.values import Outcome as OutcomeWord


class BoardTaskSerializer(serializers.Serializer):
    """One task of a board row; `value` is null unless reached, and always on efficiency boards."""

    outcome = serializers.ChoiceField(choices=[word.value for word in OutcomeWord])
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    score = serializers.FloatField(allow_null=True)


class BoardRowSerializer(serializers.Serializer):
    """A board row as `exports.row_json` writes it; here to document it."""

    rank = serializers.IntegerField(allow_null=True)
    entry = serializers.UUIDField()
    url = serializers.URLField()
    model = serializers.CharField()
    organisation = serializers.CharField()
    parameters_millions = serializers.FloatField(allow_null=True)
    hardware = serializers.CharField()
    accelerator = serializers.CharField()
    framework = serializers.CharField()
    date = serializers.DateField()
    kind = serializers.CharField()
    badge = serializers.CharField()
    verified = serializers.BooleanField()
    is_reference = serializers.BooleanField()
    runs = serializers.IntegerField()
    spread = serializers.FloatField(allow_null=True)
    energy_kwh = serializers.FloatField(allow_null=True)
    co2e_kg = serializers.FloatField(allow_null=True)
    tasks = serializers.DictField(child=BoardTaskSerializer())
    score = serializers.FloatField(allow_null=True)


class FootnoteSerializer(serializers.Serializer):
    text = serializers.CharField()
    models = serializers.ListField(child=serializers.CharField())


class BoardPageSerializer(serializers.Serializer):
    """One page of a board."""

    count = serializers.IntegerField()
    count_exact = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    edition = serializers.CharField()
    phase = serializers.CharField()
    measure = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    prices_on = serializers.DateField(allow_null=True)
    shown_instead = serializers.CharField(allow_null=True)
    footnotes = FootnoteSerializer(many=True)
    rank_in_filter = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)
    results = BoardRowSerializer(many=True)


class BoardSummarySerializer(serializers.Serializer):
    """One of the nine boards."""

    edition = serializers.CharField()
    phase = serializers.CharField()
    measure = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField()
    page = serializers.URLField()
    count = serializers.IntegerField()


class BoardListSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = BoardSummarySerializer(many=True)


class OutcomeSerializer(serializers.ModelSerializer):
    """What became of one task, with the place in the evidence that each number came from."""

    task = serializers.CharField(source="task_slug")
    metric = serializers.FloatField(allow_null=True)

    class Meta:
        model = Outcome
        fields = ["task", "outcome", "seconds", "cost_usd", "metric", "proven_metric", "details"]


class StandingSerializer(serializers.Serializer):
    """Where an entry stands on one board now."""

    measure = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    tasks = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=BoardTaskSerializer()))
    def get_tasks(self, standing: Standing) -> dict[str, dict[str, Any]]:
        return tasks_json(standing.tasks)


class ScoreSpanSerializer(serializers.Serializer):
    """A published score with the span of time in which it held."""

    measure = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    task_scores = serializers.DictField(child=serializers.FloatField(allow_null=True))
    reference = serializers.UUIDField(allow_null=True)
    edition_revision = serializers.IntegerField()
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = Event
        fields = ["what", "at", "old", "new", "reason"]


class EvidenceSerializer(serializers.Serializer):
    """A file that came with an entry. `url` is null where its bytes are not public."""

    task = serializers.CharField()
    kind = serializers.CharField()
    run = serializers.IntegerField()
    part = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    public = serializers.BooleanField()
    url = serializers.URLField(allow_null=True)


class CurveSerializer(serializers.ModelSerializer):
    """A learning curve. Points: [seconds, metric, line, epoch, step]; steps (running maximum): [seconds, metric]."""

    task = serializers.CharField(source="task.slug")
    cutoff = serializers.FloatField(source="task.cutoff")

    class Meta:
        model = Curve
        fields = ["task", "run", "cutoff", "points", "steps"]


class LineSerializer(serializers.Serializer):
    """One fact of a derivation: what it is about, and what it says."""

    what = serializers.CharField()
    text = serializers.CharField()


class StepSerializer(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    lines = LineSerializer(many=True)


class SourceSerializer(serializers.Serializer):
    """A file that a number was read from, and the line; `url` of the page that shows it, empty where not public."""

    run = serializers.IntegerField()
    file = serializers.CharField()
    sha256 = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, source: Source) -> str:
        return settings.PUBLIC_URL + source.url if source.url else ""


class WalkSerializer(serializers.Serializer):
    """How one score of one task came about, as its page tells it."""

    task = serializers.CharField()
    measure = serializers.ChoiceField(choices=[measure.value for measure in Measure])
    url = serializers.SerializerMethodField()
    outcome = serializers.CharField(source="result.outcome")
    value = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    sources = SourceSerializer(many=True)
    steps = StepSerializer(many=True)

    def get_url(self, walk: Walk) -> str:
        return settings.PUBLIC_URL + walk.url


class EntrySerializer(serializers.ModelSerializer):
    """One entry with everything that its page shows, also when it is withdrawn or superseded."""

    url = serializers.SerializerMethodField()
    edition = serializers.CharField(source="edition.slug")
    accelerator = serializers.CharField(source="accelerator.slug", default=None, allow_null=True)
    hardware = serializers.CharField(source="hardware_text")
    parameters_millions = serializers.FloatField(allow_null=True)
    outcomes = OutcomeSerializer(many=True)
    standings = StandingSerializer(many=True)
    scores = ScoreSpanSerializer(many=True)
    events = EventSerializer(many=True)
    evidence = EvidenceSerializer(source="files", many=True)
    derivations = WalkSerializer(source="walks", many=True)

    class Meta:
        model = Entry
        fields = [
            "id",
            "url",
            "status",
            "superseded_by",
            "end_reason",
            "published_at",
            "ended_at",
            "edition",
            "phase",
            "kind",
            "model",
            "organisation",
            "parameters_millions",
            "base",
            "trained_on_top_of",
            "paper_url",
            "code_url",
            "hardware",
            "accelerator",
            "count",
            "hardware_details",
            "framework",
            "precision",
            "date",
            "run_date",
            "price",
            "badge",
            "verified",
            "is_reference",
            "runs",
            "spread",
            "energy_kwh",
            "co2e_kg",
            "source",
            "footnotes",
            "findings",
            "checked_by",
            "outcomes",
            "standings",
            "scores",
            "events",
            "evidence",
            "derivations",
        ]

    def get_url(self, entry: Entry) -> str:
        return entry_url(entry.pk)


class EditionSerializer(serializers.ModelSerializer):
    epoch_limit = serializers.FloatField()
    tasks: serializers.SlugRelatedField[Task] = serializers.SlugRelatedField(
        slug_field="slug", many=True, read_only=True
    )

    class Meta:
        model = Edition
        fields = [
            "slug",
            "title",
            "description",
            "revision",
            "is_demo",
            "published_on",
            "epoch_limit",
            "clock",
            "minimum_samples",
            "feedback",
            "daily_attempts",
            "limits",
            "remarks",
            "tasks",
        ]


class GoldSerializer(serializers.Serializer):
    """What is public of a task's gold labels: how many, the hash of their canonical form, and whether they are here."""

    size = serializers.IntegerField()
    published_sha256 = serializers.CharField(allow_blank=True)
    is_imported = serializers.BooleanField()
    is_confirmed = serializers.BooleanField()


class TaskSerializer(serializers.ModelSerializer):
    edition = serializers.CharField(source="edition.slug")
    cutoff = serializers.FloatField()
    sota = serializers.FloatField(allow_null=True)
    gold = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = [
            "edition",
            "slug",
            "title",
            "data_set",
            "description",
            "source_url",
            "position",
            "metric",
            "metric_names",
            "cutoff",
            "sota",
            "train_size",
            "parts",
            "labels",
            "label_orders",
            "gold",
        ]

    @extend_schema_field(GoldSerializer)
    def get_gold(self, task: Task) -> dict[str, Any]:
        imported = has_gold(task)
        return {
            "size": task.gold_size,
            "published_sha256": task.gold_set.published_sha256 if hasattr(task, "gold_set") else "",
            "is_imported": imported,
            "is_confirmed": imported and task.gold_set.is_confirmed,
        }


class OfferSerializer(serializers.ModelSerializer):
    """A price row. `superseded` rows were corrected by a later one and do not count any more."""

    usd_per_unit_hour = serializers.FloatField()
    superseded = serializers.SerializerMethodField()

    class Meta:
        model = Offer
        fields = [
            "slug",
            "unit",
            "accelerators_per_unit",
            "provider",
            "instance",
            "region",
            "pricing",
            "usd_per_unit_hour",
            "valid_from",
            "source_url",
            "source",
            "note",
            "superseded",
        ]

    def get_superseded(self, offer: Offer) -> bool:
        return hasattr(offer, "superseded_by")


class AcceleratorSerializer(serializers.ModelSerializer):
    """Hardware with its price history, and the series that the edition prices it with."""

    default_offer = serializers.SerializerMethodField()
    offers = OfferSerializer(many=True)

    class Meta:
        model = Accelerator
        fields = ["slug", "name", "short_name", "rated_watts", "note", "default_offer", "offers"]

    def get_default_offer(self, accelerator: Accelerator) -> str | None:
        defaults: dict[str, str] = self.context["default_offers"]
        return defaults.get(accelerator.slug)
