"""The public reference data: editions, tasks, gold sets (count and hash only), accelerators and their prices."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

NEWEST_FIRST = ("-published_on", "-pk")
"""How editions stand wherever they are listed."""


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self) -> "Edition":
        """The newest edition that is not a demo. Raises Edition.DoesNotExist where none is loaded."""
        return self.filter(is_demo=False).order_by(*NEWEST_FIRST)[:1].get()


class Edition(models.Model):
    """One frozen set of rules (PROTOCOL section 1). A live one changes only as a numbered revision with a reason."""

    class Feedback(models.TextChoices):
        VALUE = "value", "the proven metric in full precision"
        CUTOFF_ONLY = "cutoff_only", "only whether the cut-off is reached"

    slug = models.SlugField(unique=True, max_length=40)
    title = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    published_on = models.DateField()
    epoch_limit = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("5.0"))
    clock = models.CharField(max_length=40, default="training_start")
    minimum_samples = models.PositiveIntegerField(default=1000)
    feedback = models.CharField(max_length=12, choices=Feedback.choices, default=Feedback.VALUE)
    daily_attempts = models.PositiveIntegerField(default=10, help_text="A task and account, in a UTC day; 0: no limit.")
    remarks = models.JSONField(
        default=dict, blank=True, help_text='Footnotes of whole boards by phase: {"pretraining": ["…"]}.'
    )
    limits = models.JSONField(default=dict, blank=True, help_text="What differs from the default limits, by name.")

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = NEWEST_FIRST

    def __str__(self) -> str:
        return self.slug


class Task(models.Model):
    """A data set with a dev metric (percent) and a cut-off (PROTOCOL section 2)."""

    class Metric(models.TextChoices):
        ACCURACY = "accuracy", "accuracy"
        ENTITY_F1 = "entity_f1", "entity-level micro F1"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="tasks")
    slug = models.SlugField(max_length=40)
    title = models.CharField(max_length=80)
    data_set = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    source_url = models.URLField(blank=True)
    position = models.PositiveSmallIntegerField()
    metric = models.CharField(max_length=20, choices=Metric.choices)
    metric_names = models.JSONField(default=list, help_text="Column names of a log that mean the metric.")
    cutoff = models.DecimalField(max_digits=7, decimal_places=4)
    sota = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    train_size = models.PositiveIntegerField(null=True, blank=True)
    parts = models.JSONField(
        help_text='[{"name": "matched", "size": 9815}, …]; one part with an empty name if undivided.'
    )
    labels = models.JSONField(default=list, blank=True)
    label_orders = models.JSONField(
        default=list,
        blank=True,
        help_text='Readings of integer labels, the usual first: [["hf", ["entailment", …]], …].',
    )

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="task_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "position"], name="task_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=8), name="at_most_eight_tasks"),
            models.CheckConstraint(condition=Q(cutoff__gt=0, cutoff__lte=100), name="cutoff_is_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.edition.slug}/{self.slug}"

    @property
    def gold_size(self) -> int:
        return sum(part["size"] for part in self.parts)


class GoldSet(models.Model):
    """What is public of a task's gold labels: how many, and the hash of their canonical form. Never the labels."""

    task = models.OneToOneField(Task, models.CASCADE, related_name="gold_set")
    published_sha256 = models.CharField(
        max_length=64, blank=True, help_text="What the edition says; empty: unconfirmed."
    )
    imported_sha256 = models.CharField(max_length=64, blank=True)
    imported_count = models.PositiveIntegerField(null=True, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"gold of {self.task}"

    @property
    def is_imported(self) -> bool:
        return bool(self.imported_sha256)

    @property
    def is_confirmed(self) -> bool:
        return self.is_imported and self.imported_sha256 == self.published_sha256


class Accelerator(models.Model):
    """A kind of hardware that people run on."""

    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, help_text="As boards print it: `RTX 2080 Ti`.")
    rated_watts = models.PositiveIntegerField(null=True, blank=True, help_text="Of one priced unit.")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """A price row (PROTOCOL section 4). Never edited: a correction is a later row with the same `valid_from`."""

    class Pricing(models.TextChoices):
        ON_DEMAND = "on_demand", "on demand"
        SPOT = "spot", "spot"

    slug = models.SlugField(max_length=120, help_text="Names the series: provider, instance, region and pricing.")
    accelerator = models.ForeignKey(Accelerator, models.PROTECT, related_name="offers")
    unit = models.CharField(max_length=40)
    accelerators_per_unit = models.PositiveIntegerField(default=1)
    provider = models.CharField(max_length=60)
    instance = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=60, blank=True)
    pricing = models.CharField(max_length=12, choices=Pricing.choices, default=Pricing.ON_DEMAND)
    usd_per_unit_hour = models.DecimalField(max_digits=12, decimal_places=6)
    valid_from = models.DateField()
    source_url = models.URLField(max_length=400, blank=True)
    source = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["accelerator", "provider", "slug", "-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(usd_per_unit_hour__gt=0), name="price_above_zero"),
            models.CheckConstraint(condition=Q(accelerators_per_unit__gte=1), name="unit_holds_one"),
            models.CheckConstraint(condition=~Q(supersedes=F("id")), name="offer_not_its_own_successor"),
            models.UniqueConstraint(
                fields=["slug", "accelerator", "valid_from"],
                condition=Q(supersedes=None),
                name="offer_once_a_day_unless_corrected",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} from {self.valid_from}: ${self.usd_per_unit_hour.normalize():f}/h a {self.unit}"


class DefaultOffer(models.Model):
    """The offer series that an edition prices an accelerator with, unless the manifest names another."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="default_offers")
    accelerator = models.ForeignKey(Accelerator, models.PROTECT, related_name="+")
    offer_slug = models.SlugField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "accelerator"], name="one_default_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.accelerator} at {self.offer_slug}"
