"""Tasks and rules as `hulk-2020` has them, for tests without a database."""

from decimal import Decimal

from scoring.rules import MetricKind, Part, Rules, Task

CONLL2003 = Task(
    slug="conll2003",
    title="CoNLL 2003",
    metric=MetricKind.ENTITY_F1,
    cutoff=Decimal(91),
    parts=(Part("", 3250),),
    metric_names=("f1", "f1_score", "entity_f1", "overall_f1", "micro_f1"),
)

SST2 = Task(
    slug="sst2",
    title="SST-2",
    metric=MetricKind.ACCURACY,
    cutoff=Decimal(90),
    parts=(Part("", 872),),
    labels=("negative", "positive"),
    label_orders=(("glue", ("negative", "positive")),),
    metric_names=("accuracy", "acc"),
)

MNLI = Task(
    slug="mnli",
    title="MNLI",
    metric=MetricKind.ACCURACY,
    cutoff=Decimal(85),
    parts=(Part("matched", 9815), Part("mismatched", 9832)),
    labels=("entailment", "neutral", "contradiction"),
    label_orders=(
        ("hf", ("entailment", "neutral", "contradiction")),
        ("glue", ("contradiction", "entailment", "neutral")),
    ),
    metric_names=("accuracy", "acc"),
)

RULES = Rules(edition="hulk-2020", revision=1, tasks=(CONLL2003, SST2, MNLI))
