"""Energy beside a result: shown, summed, held against power and time, and never scored."""

from dataclasses import replace

import pytest

from scoring.energy import from_json, to_json, total
from scoring.rules import Phase
from scoring.values import Claims, Energy, Hardware, Tier
from scoring.verify import as_json
from tests.scoring.rules.bundles import check, codes, latencies, mnli, of, run, source, sst2

MNLI_LOG = "seconds,matched,mismatched\n100,70,70\n280,84,84\n300,86,86\n"
WATTS = {"v100": 300.0}


def emissions(kwh: float, seconds: float, run_id: str = "aaaa") -> str:
    return f"run_id,duration,emissions,energy_consumed\n{run_id},{seconds},0.01,{kwh}\n"


def tracked(kwh: float = 0.002, seconds: float = 30, **more):
    return sst2(energy=source("emissions.csv", emissions(kwh, seconds)), **more)


def test_the_energy_stands_in_the_report_with_its_tier():
    found = as_json(check(tracked(), rated_watts=WATTS))
    assert found["energy"]["kwh"] == 0.002
    energy = found["measurements"][1]["energy"] or found["measurements"][0]["energy"]
    assert (energy["tier"], energy["file"], energy["seconds"]) == ("estimate", "emissions.csv", 30)
    assert check(sst2()).measurements[0].energy is None
    assert as_json(check(sst2()))["energy"] is None


def test_energy_never_changes_a_result():
    with_energy, without = check(tracked(), rated_watts=WATTS), check(sst2())
    assert of(with_energy).seconds == of(without).seconds
    assert codes(with_energy) == codes(without)


def test_a_broken_energy_file_blocks_the_review_and_leaves_the_number():
    report = check(sst2(energy=source("emissions.csv", "duration,energy_consumed\n")))
    assert (codes(report), of(report).outcome, report.passes) == (["file-unreadable"], "reached", False)


@pytest.mark.parametrize(("kwh", "found"), [(0.0025, []), (0.002501, ["power-impossible"]), (0, ["power-impossible"])])
def test_average_power_is_held_against_what_the_hardware_is_rated_for(kwh, found):
    """0.0025 kWh in 30 s are 300 W."""
    assert codes(check(tracked(kwh), rated_watts=WATTS)) == found


@pytest.mark.parametrize(("kwh", "watts"), [(0.0007, 84.0), (0.0011, 132.0), (0.0023, 276.0)])
def test_exactly_what_the_hardware_is_rated_for_is_possible(kwh, watts):
    assert codes(check(tracked(kwh), rated_watts={"v100": watts})) == []


def test_power_counts_every_unit():
    two = check(tracked(0.004), hardware=Hardware("v100", 2), rated_watts=WATTS)
    assert codes(two) == []
    assert codes(check(tracked(0.006), hardware=Hardware("v100", 2), rated_watts=WATTS)) == ["power-impossible"]


def test_what_nobody_has_rated_is_not_held_against_anything():
    assert codes(check(tracked(99), rated_watts={})) == []


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        (30, []),
        (31.5, []),
        (28.6, []),
        (32, []),
        (33.5, []),
        (34, ["duration-disagrees"]),
        (28, ["duration-disagrees"]),
    ],
)
def test_a_tracker_runs_to_the_crossing_or_to_the_end_of_the_log(seconds, found):
    """The crossing is at 30 s, the log's end at 32 s."""
    assert codes(check(tracked(0.001, seconds))) == found


def test_without_a_time_in_the_log_the_claim_counts():
    energy = source("e.csv", emissions(0.001, 40))
    evidence = sst2(run("seconds,f1\n1,2\n"), claims=Claims(seconds=30), energy=energy)
    assert "duration-disagrees" in codes(check(evidence))


def test_several_runs_may_be_tracked_together():
    other = run(name="other.csv", log="seconds,accuracy\n40,89\n44,92\n")
    both = sst2(run(), other, energy=source("e", emissions(0.001, 74)))
    assert "duration-disagrees" not in codes(check(both))


def test_one_file_for_several_tasks_counts_once():
    both = source("emissions.csv", emissions(0.01, 330))
    report = check(sst2(energy=both), replace(mnli(MNLI_LOG), energy=both), rated_watts=WATTS)
    assert codes(report).count("power-impossible") == 0
    assert "duration-disagrees" not in codes(report), "30 s and 300 s together"
    assert as_json(report)["energy"]["kwh"] == 0.01


def test_inference_is_not_held_against_a_duration():
    evidence = sst2(latencies(*([1.0, 1.5] * 600)), energy=source("e", emissions(0.001, 5000)))
    assert "duration-disagrees" not in codes(check(evidence, phase=Phase.INFERENCE))


def test_a_sum_has_the_weakest_tier_and_only_what_is_known_of_every_part():
    parts = [
        Energy(1.0, 0.5, 10, Tier.COUNTER, "carbontracker", file="a"),
        Energy(2.0, None, 20, Tier.ESTIMATE, "CodeCarbon", file="b"),
    ]
    found = total([*parts, parts[0]])
    assert (found.kwh, found.co2e_kg, found.seconds, found.tier) == (3, None, 30, Tier.ESTIMATE)
    assert total([]) is None


def test_json_keeps_all_of_it():
    energy = Energy(1.0, 0.5, 10, Tier.METERED, "meter", "file", "ab", 3, "run")
    assert from_json(to_json(energy)) == energy
