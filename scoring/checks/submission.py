"""What holds for a submission as a whole: its clock, its source code, and that it reached something."""

from collections.abc import Iterator

from scoring.checks.facts import SubmissionFacts
from scoring.checks.words import percent, plain
from scoring.findings import Finding, Severity, finding
from scoring.rules import Phase
from scoring.values import Measurement, Outcome


def check_clock(facts: SubmissionFacts) -> Iterator[Finding]:
    """clock-differs: another clock than the edition's, or evaluation on it, or nobody knows."""
    if facts.bundle.phase is Phase.INFERENCE:
        return
    if facts.bundle.clock not in (None, facts.rules.clock):
        message = f"The manifest names the clock `{facts.bundle.clock}`; the edition's is `{facts.rules.clock}`."
        remedy = (
            "Send times of the edition's clock, where the log has them, and leave `clock` (in the form: 'Where the "
            "clock starts') empty."
        )
        yield finding("clock-differs", message, remedy=remedy)
    if facts.bundle.includes_evaluation == "yes":
        message = "The times include evaluation, which the edition leaves off the clock."
        yield finding("clock-differs", message, remedy="Log times without evaluation, where you can; else leave it so.")
    elif facts.bundle.includes_evaluation != "no":
        message = "The manifest does not say whether the times include evaluation."
        remedy = "Set `includes_evaluation` to `yes` or `no`; in the form: 'Is evaluation on the clock?'."
        yield finding("clock-differs", message, remedy=remedy)


def check_code(facts: SubmissionFacts) -> Iterator[Finding]:
    """code-missing: the paper requires a link to the source code."""
    if not facts.bundle.code_url.startswith(("https://", "http://")):
        yield finding("code-missing", "The manifest's `model.code_url` has no link to the source code.")


def check_something_was_reached(facts: SubmissionFacts) -> Iterator[Finding]:
    """cutoff-not-reached: a note for each N/R task; an error where every task sent is, pretraining excepted."""
    missed = [sent for sent in facts.sent if sent.outcome is Outcome.NOT_REACHED]
    nothing = len(missed) == len(facts.sent) and facts.bundle.phase is not Phase.PRETRAINING
    for sent in missed:
        remedy = "At least one task must reach its cut-off; train longer or send another run." if nothing else ""
        yield finding(
            "cutoff-not-reached",
            _missed(facts, sent),
            task=sent.task,
            file=sent.file,
            severity=Severity.ERROR if nothing else None,
            remedy=remedy,
        )


def _missed(facts: SubmissionFacts, sent: Measurement) -> str:
    task = facts.rules.task(sent.task)
    if facts.bundle.phase is Phase.INFERENCE and task:
        return f"The predictions for {sent.task} do not reach the cut-off of {percent(task.cutoff)}: N/R."
    if task is None:
        return "No row of the log has every task at or above its cut-off: N/R."
    best = max((point.metric for run in sent.runs for point in run.curve), default=None)
    words = f"No evaluation of {sent.task} up to epoch {plain(facts.rules.epoch_limit)} is at or above {task.cutoff}"
    return f"{words}: N/R. The best that was logged is {percent(best)}." if best is not None else f"{words}: N/R."
