"""What is wrong with a submission, as values: the one table of codes, severities and remedies (PROTOCOL section 8)."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: how bad it is, what it means in general, and how to mend it."""

    slug: str
    severity: Severity
    meaning: str
    remedy: str
    reviewers_only_when_hidden: bool = False
    """True where an edition with `cutoff_only` feedback keeps it from the submitter."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with its place. `message` is about this file; `remedy` says how to mend it."""

    code: str
    severity: Severity
    message: str
    remedy: str
    task: str = ""
    file: str = ""
    line: int | None = None


ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, Code] = {
    code.slug: code
    for code in (
        Code(
            "evidence-missing", ERROR, "A required file is not there.", "Add the file that is named and submit again."
        ),
        Code(
            "file-unreadable",
            ERROR,
            "No reader recognises the file, or it is empty, truncated, or not text.",
            "Send the file in one of the formats that the rules page lists.",
        ),
        Code(
            "log-no-time",
            ERROR,
            "The log has no usable column or line with elapsed time.",
            "Write the elapsed training time beside each evaluation, in a column such as `seconds`.",
        ),
        Code(
            "log-no-metric",
            ERROR,
            "The log has no usable column or line with the task's dev metric.",
            "Name the column after the metric or the task, such as `accuracy`, `f1` or the task's slug.",
        ),
        Code(
            "log-time-backwards",
            ERROR,
            "Elapsed time decreases from one evaluation to the next.",
            "Send the rows in the order in which they happened, with the time since training started.",
        ),
        Code(
            "log-clock-restarts",
            ERROR,
            "Elapsed time falls back while steps go on, as after a resumed run.",
            "Add the time before the restart to every later row.",
        ),
        Code(
            "log-value-invalid",
            ERROR,
            "A number is missing, not finite, negative or out of range.",
            "Write plain decimal numbers: times from 0 up, metrics from 0 to 100 or from 0 to 1.",
        ),
        Code(
            "run-aborted",
            WARNING,
            "The log says that its run did not succeed: no evaluation in it counts as reached.",
            "Send the log of a run that ended with `success`; nothing needs mending where N/R is the result.",
        ),
        Code(
            "time-estimated",
            WARNING,
            "The log has no elapsed time of its own; time was spread over steps from a total.",
            "Log elapsed seconds at each evaluation to have the exact time.",
        ),
        Code(
            "mnli-single-value",
            WARNING,
            "The log has one unlabelled accuracy a point; it is taken as the mean of both halves.",
            "Log matched and mismatched accuracy as two columns.",
        ),
        Code(
            "clock-differs",
            WARNING,
            "The clock is not the edition's, evaluation is on it, or that is unknown.",
            "Declare `includes_evaluation` (in the form: 'Is evaluation on the clock?'), and start the clock where the "
            "edition starts it.",
        ),
        Code(
            "cutoff-not-reached",
            NOTE,
            "No evaluation inside the limit is at or above the cut-off: N/R for this task.",
            "Nothing needs mending where this is the true result; train longer or send another run to change it.",
        ),
        Code(
            "epoch-limit",
            NOTE,
            "The cut-off was reached, but after the edition's epoch limit.",
            "Only evaluations up to the limit count; nothing needs mending.",
        ),
        Code(
            "crossing-at-zero",
            ERROR,
            "The cut-off is reached before 0.001 s, or a latency is under 0.000001 ms.",
            "Check the unit of the time column and that the clock starts with training.",
        ),
        Code(
            "crossing-lost",
            WARNING,
            "The metric is below the cut-off at the end of the log.",
            "Nothing needs mending; readers see that the model did not stay above the cut-off.",
        ),
        Code(
            "crossing-thin",
            NOTE,
            "The metric at the crossing is less than 0.1 points above the cut-off.",
            "Nothing needs mending; the margin is shown.",
        ),
        Code(
            "bracket-wide",
            NOTE,
            "The time between the evaluations around the crossing is more than 20% of the result.",
            "Evaluate more often near the cut-off to have a sharper time.",
        ),
        Code(
            "claim-time-mismatch",
            ERROR,
            "The claimed time differs from the derived one by more than 1%.",
            "Correct the claim or send the log it was taken from.",
        ),
        Code(
            "claim-cost-mismatch",
            ERROR,
            "The claimed cost differs from the derived one by more than 1%.",
            "Correct the claim, the hardware or the offer.",
        ),
        Code(
            "claim-metric-mismatch",
            ERROR,
            "The claimed metric differs from the log's at the crossing by more than 0.05 points.",
            "Correct the claim or send the log it was taken from.",
        ),
        Code(
            "predictions-unknown-id",
            ERROR,
            "A row's id is not in the gold set.",
            "Send predictions for the dev set of this task, with its ids.",
        ),
        Code("predictions-duplicate-id", ERROR, "An id stands on more than one row.", "Send each id once."),
        Code(
            "predictions-unknown-label",
            ERROR,
            "A label is none of the task's.",
            "Use the label names or integers that the task page lists.",
        ),
        Code(
            "predictions-length",
            ERROR,
            "The number or the shape of the rows does not fit the gold set.",
            "Send one prediction for each row (each token) of the dev set, in its order, or rows with ids.",
        ),
        Code(
            "predictions-partial",
            WARNING,
            "Fewer rows than the gold set: the metric is that of the part.",
            "Send all rows to have the entry marked verified.",
            reviewers_only_when_hidden=True,
        ),
        Code(
            "predictions-coverage",
            ERROR,
            "Fewer than half of the gold set's rows.",
            "Send predictions for at least half of the dev set.",
        ),
        Code(
            "predictions-below-cutoff",
            ERROR,
            "The predictions' metric is under the cut-off although the log says it was reached.",
            "Send the predictions of the model at the crossing.",
        ),
        Code(
            "predictions-disagree",
            WARNING,
            "The predictions' metric and the log's at the crossing differ by more than 0.5 points.",
            "Check that predictions and log are of the same model and the same evaluation.",
            reviewers_only_when_hidden=True,
        ),
        Code(
            "predictions-perfect",
            WARNING,
            "The predictions equal the gold labels on every row.",
            "Check that the file holds the model's output and not the gold labels.",
            reviewers_only_when_hidden=True,
        ),
        Code(
            "predictions-shared",
            WARNING,
            "Another submission brought the same predictions.",
            "Check that the file is this model's own output.",
            reviewers_only_when_hidden=True,
        ),
        Code(
            "predictions-label-order",
            NOTE,
            "Integer labels can be read in two orders; the one with the higher metric was taken.",
            "Name the order in the manifest's `label_order`, or send label words.",
            reviewers_only_when_hidden=True,
        ),
        Code(
            "gold-not-imported",
            WARNING,
            "This server has no gold labels for the task: the predictions prove nothing here.",
            "Nothing for you to mend; the operator can import the gold labels and verify again.",
        ),
        Code(
            "runs-same-seed",
            WARNING,
            "Two runs have byte-equal logs or predictions.",
            "Send each run's own files.",
        ),
        Code(
            "samples-too-few",
            ERROR,
            "Fewer latency samples than the edition asks for.",
            "Measure at least as many single inputs as the rules ask for.",
        ),
        Code(
            "latency-suspicious",
            WARNING,
            "The samples do not spread, or most of them are identical.",
            "Send every sample as measured, not a repeated mean.",
        ),
        Code(
            "time-implausible",
            WARNING,
            "Ten times as fast or as cheap as any approved entry on like hardware.",
            "Check units and hardware; the reviewer will ask.",
        ),
        Code(
            "price-missing",
            ERROR,
            "The catalogue has no offer for this hardware and none is declared.",
            "Declare `usd_per_hour` with a `price_source` in the manifest's hardware; in the form: 'Your own price' "
            "and 'Where that price comes from'.",
        ),
        Code(
            "price-differs",
            WARNING,
            "The declared price differs from the offer by more than 10%.",
            "Nothing needs mending: the offer scores and your price is shown beside it.",
        ),
        Code(
            "power-impossible",
            WARNING,
            "Average power is above what the hardware is rated for, or the energy is 0.",
            "Check the unit of the energy file and which run it is about.",
        ),
        Code(
            "duration-disagrees",
            WARNING,
            "Tracker, log and claim differ in duration by more than 5%.",
            "Name the tracker's run that belongs to this log.",
        ),
        Code(
            "code-missing",
            ERROR,
            "There is no link to the source code.",
            "Add `model.code_url` (in the form: 'Link to the source code'): an address starting with https://.",
        ),
        Code(
            "scale-converted",
            NOTE,
            "Every value of the metric column lies between 0 and 1; it was read as a fraction and multiplied by 100.",
            "Nothing needs mending if the column holds fractions; else write percent.",
        ),
        Code(
            "price-before-first-offer",
            NOTE,
            "The run date lies before the first price in the catalogue; the earliest one was taken.",
            "Nothing needs mending; the derivation says which price was used.",
        ),
    )
}


def finding(
    code: str,
    message: str,
    *,
    task: str = "",
    file: str = "",
    line: int | None = None,
    remedy: str = "",
    severity: Severity | None = None,
) -> Finding:
    """A finding of the table, with what is particular to this file. KeyError where the code is not in the table."""
    entry = CODES[code]
    return Finding(code, severity or entry.severity, message, remedy or entry.remedy, task, file, line)
