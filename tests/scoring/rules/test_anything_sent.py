"""Whatever the files hold, a report comes out: nothing raises, nothing is both wrong and scored."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import WHOLE, Phase
from scoring.values import Outcome, Run, TaskEvidence
from scoring.verify import as_json, curves_json
from tests.scoring.rules.bundles import check, source
from tests.scoring.tasks import RULES

numbers = st.one_of(
    st.integers(-1, 10**12).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["", "N/A", "0", "90", "0.9", "1e400", "1:02:03", "=1+1", "٣"]),
)
tables = st.builds(
    lambda header, rows: "\n".join([",".join(header), *(",".join(row) for row in rows)]),
    st.lists(st.sampled_from(["seconds", "hours", "accuracy", "mnli", "f1", "epoch", "step", "sst2", "x"]), max_size=6),
    st.lists(st.lists(numbers, max_size=6), max_size=8),
)
files = st.one_of(st.text(max_size=200), tables)


@settings(max_examples=150)
@given(files, files, st.sampled_from(Phase))
def test_any_files_give_a_report_whose_numbers_are_sound(log, predictions, phase):
    slug = "all" if phase is Phase.PRETRAINING else "sst2"
    run = Run(log=source("log", log), predictions={WHOLE: source("p", predictions)}, latencies=source("ms", log))
    report = check(TaskEvidence(slug, (run,)), phase=phase)
    json.dumps([as_json(report), curves_json(report, RULES)], allow_nan=False)
    for measured in report.measurements:
        reached = measured.outcome is Outcome.REACHED
        assert (measured.value is not None) == (measured.seconds is not None) == reached
        assert not reached or measured.seconds > 0
        assert measured.outcome is not Outcome.INVALID or not report.passes
