"""CodeCarbon's and carbontracker's files -> kWh, kg and seconds, with the tier they have."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.readers import read_energy
from scoring.values import Tier
from tests.scoring.readers.files import sent
from tests.scoring.tasks import RULES

OLD = "timestamp,experiment_id,project_name,duration,emissions,energy_consumed,country_name"
NEW = "timestamp,project_name,run_id,experiment_id,duration,emissions,energy_consumed,codecarbon_version,gpu_model"
ROWS = (
    "2026-11-20T10:00:00,p,aaaa,e,100.5,0.02,0.05,2.8.3,1 x A100\n"
    '2026-11-20T11:00:00,p,bbbb,e,200,0.04,0.1,2.8.3,"2 x A100, SXM"\n'
)
BLOCK = """2022-11-14 15:42:43 - CarbonTracker: The following components were found: GPU with device(s) RTX 3060.
2022-11-14 15:43:37 - CarbonTracker: \nActual consumption for {epochs} epoch(s):
\tTime:\t{time}
\tEnergy:\t{energy}
\tCO2eq:\t{co2}
\tThis is equivalent to:
\t0.002969 km travelled by car
2022-11-14 15:43:37 - CarbonTracker: \nPredicted consumption for 40 epoch(s):
\tTime:\t9:03:33
\tEnergy:\t9.014018 kWh
\tCO2eq:\t9000.4 g
"""


def read(data, run_id=None):
    return read_energy(sent(data, "energy"), run_id=run_id, rules=RULES)


def block(epochs=1, time="0:00:53", energy="0.003504 kWh", co2="357.5 g"):
    return BLOCK.format(epochs=epochs, time=time, energy=energy, co2=co2)


def test_the_only_run_of_a_file_needs_no_name():
    energy = read(f"{NEW}\n{ROWS.splitlines()[0]}\n").energy
    assert (energy.kwh, energy.co2e_kg, energy.seconds, energy.tier) == (0.05, 0.02, 100.5, Tier.ESTIMATE)
    assert (energy.tracker, energy.run_id, energy.line) == ("CodeCarbon 2.8.3", "aaaa", 2)


def test_of_several_runs_the_one_that_is_named_counts():
    assert read(f"{NEW}\n{ROWS}", "bbbb").energy.kwh == 0.1


def test_a_row_without_a_task_s_name_goes_by_its_run():
    titles = "task_name,run_id,duration,emissions,energy_consumed"
    assert read(f"{titles}\n,aaaa,1,0.02,0.05\n,bbbb,1,0.04,0.1\n", "bbbb").energy.kwh == 0.1
    assert read(f"{titles}\ntrain,aaaa,1,0.02,0.05\neval,aaaa,1,0.04,0.1\n", "train").energy.kwh == 0.05


@pytest.mark.parametrize("named", [None, "cccc"])
def test_without_the_right_name_the_runs_are_listed(named):
    reading = read(f"{NEW}\n{ROWS}", named)
    assert reading.energy is None
    (found,) = reading.findings
    assert found.code == "file-unreadable"
    assert "aaaa" in found.message
    assert "bbbb" in found.message
    assert "energy_run_id" in found.remedy


def test_the_last_row_of_a_run_is_its_total():
    twice = f"{NEW}\n{ROWS.splitlines()[0]}\n2026-11-20T10:09:00,p,aaaa,e,150,0.03,0.08,2.8.3,\n"
    assert read(twice).energy.kwh == 0.08


def test_old_column_sets_and_other_orders_are_read_by_name():
    assert read(f"{OLD}\n2021-12-01T20:32:06,xyz,p,3.5,1e-09,2e-08,USA\n").energy.run_id == "xyz"
    assert read("energy_consumed,duration\n0.5,60\n").energy.seconds == 60
    assert read(gzip.compress(b"\xef\xbb\xbfduration,energy_consumed\r\n60,0.5\r\n")).energy.kwh == 0.5


@pytest.mark.parametrize("value", ["", "nan", "-1", "inf", "much"])
def test_an_energy_that_is_no_number_is_refused_with_its_line(value):
    (found,) = read(f"duration,energy_consumed\n60,{value}\n").findings
    assert (found.code, found.line) == ("file-unreadable", 2)


def test_a_file_without_the_column_is_refused():
    (found,) = read("duration,emissions\n60,0.5\n").findings
    assert "energy_consumed" in found.message


def test_only_what_carbontracker_measured_counts():
    energy = read(block()).energy
    assert (energy.kwh, energy.co2e_kg, energy.seconds) == (0.003504, 0.3575, 53)
    assert (energy.tier, energy.line) == (Tier.COUNTER, 3)


def test_the_last_total_counts():
    assert read(block() + block(5, energy="0.5 kWh")).energy.kwh == 0.5


def test_days_and_unknown_emissions_are_read():
    energy = read(block(5, "1 day, 0:10:00", "0.5 kWh", "nan g")).energy
    assert (energy.seconds, energy.co2e_kg) == (87_000, None)


def test_one_that_only_predicts_is_refused():
    (found,) = read(block().replace("Actual", "Predicted")).findings
    assert "Actual consumption" in found.message


def test_modelled_parts_make_it_an_estimate():
    assert read(block().replace("RTX 3060", "Simulated GPU")).energy.tier is Tier.ESTIMATE


def test_events_count_where_the_session_ended_and_never_their_predictions():
    events = (
        '{"__type__": "EventStart", "started_at": "2026-05-27T14:17:06.908438"}\n'
        '{"__type__": "PredictionEvent", "result": {"projected_total_energy_kwh": 9}}\n'
        '{"__type__": "SessionCurrentStatsEvent", "timestamp": "2026-05-27T14:17:16.908438", '
        '"stats": {"total_power_usage_kwh": 0.1, "total_emissions_g": 50}}\n'
    )
    stopped = read(events).energy
    assert (stopped.kwh, stopped.co2e_kg, stopped.seconds) == (0.1, 0.05, 10)
    ended = '{"__type__": "FinishedSession", "stats": {"total_power_usage_kwh": 0.2, "duration_s": 12.5}}\n'
    assert (read(events + ended).energy.kwh, read(events + ended).energy.seconds) == (0.2, 12.5)


def test_another_file_is_refused_with_what_to_send():
    (found,) = read("seconds,accuracy\n1,90\n").findings
    assert "emissions.csv" in found.remedy


@given(
    st.sampled_from(
        [b"", f"{NEW}\n".encode(), b"duration,energy_consumed\n", b"CarbonTracker:\n", b'{"__type__": 1}\n']
    ),
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
)
def test_any_bytes_give_findings_or_an_energy(head, data):
    reading = read(head + data)
    assert (reading.energy is None) == bool(reading.findings)


@given(st.text(max_size=30))
def test_any_amounts_in_a_block_give_findings_or_an_energy(words):
    for key in ("time", "energy", "co2"):
        reading = read(block(**{key: words}))
        assert (reading.energy is None) == bool(reading.findings)
