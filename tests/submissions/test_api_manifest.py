"""What a manifest may say, and how the API tells what is wrong in it."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.errors import FileTooLarge, ManifestInvalid
from submissions.manifest import Place, load, merge, places, required, validate
from submissions.models import Submission
from tests.factories import make_accelerator, make_offer
from tests.factories_submissions import Script, make_catalogue, make_manifest, make_user


class TestStrictJson:
    @pytest.mark.parametrize(
        "raw",
        [
            b"[" * 100_000,
            b'{"a":' * 33 + b"1" + b"}" * 33,
            b'{"a": 1, "a": 2}',
            b'{"model": {"name": "a", "name": "b"}}',
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1e309}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b'{"a": 1} trailing',
            b"[1]",
            b'"text"',
            b"null",
            b"",
            b"\xff\xfe{\x00",
            b'{"a": "unterminated',
            b"{'a': 1}",
        ],
    )
    def test_what_is_no_plain_object_is_refused_with_a_sentence(self, raw: bytes) -> None:
        with pytest.raises(ManifestInvalid) as refused:
            load(raw)
        assert refused.value.problems[0].message
        assert refused.value.problems[0].code == "malformed"

    def test_the_line_of_a_mistake_is_told(self) -> None:
        with pytest.raises(ManifestInvalid) as refused:
            load(b'{"a": 1,\n "b": ,\n}')
        assert refused.value.problems[0].line == 2

    def test_brackets_inside_strings_are_no_depth(self) -> None:
        assert load(json.dumps({"a": "[" * 1000 + '"\\'}).encode()) == {"a": "[" * 1000 + '"\\'}

    def test_a_byte_order_mark_is_fine(self) -> None:
        assert load(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}

    def test_what_is_too_large_is_not_parsed(self) -> None:
        with pytest.raises(FileTooLarge):
            load(b" " * (256 * 1024 + 1))

    @pytest.mark.parametrize("raw", [b'{"' + b"\\" * 200_000, b'"' * 250_000, b'{"a":"' + b'\\"' * 120_000])
    def test_hostile_strings_take_no_time(self, raw: bytes) -> None:
        with pytest.raises(ManifestInvalid):
            load(raw)

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=400))
    def test_any_bytes_are_read_or_refused(self, raw: bytes) -> None:
        with contextlib.suppress(ManifestInvalid):
            load(raw)

    @settings(max_examples=200, deadline=None)
    @given(
        st.dictionaries(
            st.text(),
            st.recursive(
                st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=8,
            ),
            max_size=4,
        )
    )
    def test_what_python_writes_is_read_back(self, data: dict[str, Any]) -> None:
        assert load(json.dumps(data).encode()) == data


@pytest.mark.django_db
class TestValidating:
    def refused(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """The answer to a manifest that must not be taken: one error a mistake, by field."""
        answer = Script(make_user()).post("submissions/", manifest)
        assert answer.status_code == 400, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert not Submission.objects.exists()
        errors = {one["field"]: one for one in answer.json()["errors"]}
        assert all(one["message"] and one["code"] for one in errors.values())
        return errors

    def change(self, path: str, value: Any, **values: Any) -> dict[str, Any]:
        """A valid manifest but for one value."""
        manifest = make_manifest(make_catalogue(), **values)
        *parents, last = path.split(".")
        place = manifest
        for key in parents:
            place = place.setdefault(key, {})
        place[last] = value
        return manifest

    def test_the_example_of_the_documents_is_taken(self) -> None:
        edition = make_catalogue("hulk-2020")
        manifest = {
            "edition": "hulk-2020", "phase": "finetuning", "run_date": "2026-11-20", "notes": "",
            "model": {"name": "MyBERT", "parameters_millions": 110, "organisation": "Lab", "paper_url": "",
                      "code_url": "https://example.org/code", "base": "bert-base", "trained_on_top_of": ""},
            "hardware": {"accelerator": "rtx-2080-ti", "count": 1, "details": "…", "offer": None,
                         "usd_per_hour": None, "price_source": ""},
            "software": {"framework": "PyTorch 2.4", "precision": "fp16"},
            "clock": None, "includes_evaluation": "no", "started_at": None,
            "tasks": {"sst": {"log": "sst2/log.csv", "predictions": "sst2/dev.tsv", "claimed_seconds": 38.4,
                              "claimed_metric": 92.1, "claimed_usd": None, "log_pattern": None, "label_order": None,
                              "seeds": [1], "batch_size": 32, "sequence_length": 128, "energy": None,
                              "energy_run_id": None}},
        }  # fmt: skip
        kept = validate(manifest)
        assert kept == manifest
        assert edition.slug == kept["edition"]

    def test_defaults_are_filled_in(self) -> None:
        kept = validate(make_manifest(make_catalogue()))
        assert kept["hardware"]["count"] == 1
        assert kept["includes_evaluation"] == "unknown"
        assert kept["software"] == {"framework": "", "precision": ""}
        assert kept["tasks"]["sst"]["claimed_seconds"] is None

    def test_every_mistake_is_told_at_once(self) -> None:
        manifest = make_manifest(make_catalogue(), {"sst": {"claimed_seconds": -92, "claimed_metric": 1e308}})
        manifest |= {"phase": "finetuning", "frobnicate": 1, "model": {"nme": "x"}}
        assert set(self.refused(manifest)) == {
            "frobnicate",
            "model.nme",
            "model.name",
            "tasks.sst.claimed_seconds",
            "tasks.sst.claimed_metric",
        }

    def test_an_unknown_key_is_told_with_the_nearest_one(self) -> None:
        errors = self.refused(self.change("model.organization", "Lab"))
        assert errors["model.organization"]["code"] == "unknown-key"
        assert "Did you mean `organisation`?" in errors["model.organization"]["remedy"]

    @pytest.mark.parametrize("value", [-92, 0, 5e-324, 1e308, 2**63, True, "38.4", [1], {}, float("1e15")])
    def test_a_time_out_of_range_is_told_with_the_range(self, value: Any) -> None:
        errors = self.refused(self.change("tasks.sst.claimed_seconds", value))
        assert "from 0.001 to 1,000,000,000" in errors["tasks.sst.claimed_seconds"]["message"]

    @pytest.mark.parametrize("path", ["run_date", "started_at"])
    def test_a_day_out_of_range_is_told_with_the_range(self, path: str) -> None:
        value = "9999-12-31" if path == "run_date" else "9999-12-31T10:00:00Z"
        (told,) = self.refused(self.change(path, value)).values()
        assert "outside the years" in told["message"]
        assert "2000-01-01 to 2100-12-31" in told["remedy"]

    def test_a_range_has_no_exponent(self) -> None:
        (told,) = self.refused(self.change("model.parameters_millions", 0)).values()
        assert "from 0.001 to 100,000,000;" in told["message"]
        (told,) = self.refused(self.change("tasks.sst.claimed_usd", 0)).values()
        assert "from 0.000001 to 1,000,000,000;" in told["message"]

    @pytest.mark.parametrize("missing", [{}, {"model": None}, {"model": {}}, {"model": ""}])
    def test_a_model_left_out_lacks_its_name(self, missing: dict[str, Any]) -> None:
        manifest = make_manifest(make_catalogue())
        del manifest["model"]
        assert set(self.refused(manifest | missing)) == {"model.name"}

    def test_a_key_given_twice_is_told_with_the_line_of_the_second(self) -> None:
        text = (
            '{"a": {"x": "\\"x\\":"},\n "tasks": [{"b": 1}, {"b": 2}],\n "model": {"name": "a",\n "n\\u0061me": "b"}}'
        )
        answer = Script(make_user()).call("POST", "submissions/", text)
        (one,) = answer.json()["errors"]
        assert (answer.status_code, one["line"]) == (400, 4)
        assert "'name'" in one["message"] and "line 4" in one["message"]

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("hardware.count", 0),
            ("hardware.count", 1.5),
            ("hardware.count", True),
            ("hardware.usd_per_hour", 0),
            ("hardware.usd_per_hour", -1),
            ("model.parameters_millions", 0),
            ("tasks.sst.claimed_metric", 0),
            ("tasks.sst.claimed_metric", 100.1),
            ("tasks.sst.batch_size", 0),
            ("tasks.sst.seeds", [1, "two"]),
            ("tasks.sst.seeds", [-1]),
            ("tasks.sst.seeds", []),
            ("tasks.sst.label_order", "nonsense"),
            ("tasks.sst.log_pattern", {"time": "(a)(b)", "metric": "(b)"}),
            ("tasks.sst.log_pattern", {"time": "(?P<x>a", "metric": "(b)"}),
            ("tasks.sst.log_pattern", {"time": "(a)"}),
            ("run_date", "20.11.2026"),
            ("run_date", "2026-02-30"),
            ("run_date", "9999-01-01"),
            ("started_at", "yesterday"),
            ("started_at", "9999-12-31T23:59:59-14:00"),
            ("phase", "training"),
            ("clock", "sundial"),
            ("includes_evaluation", True),
            ("model.code_url", "javascript:alert(1)"),
            ("model.code_url", "ftp://example.org/"),
            ("model.code_url", "https://user:secret@example.org/"),
            ("model.code_url", "https://"),
            ("model.paper_url", "https://[broken"),
            ("model.name", ""),
            ("model.name", None),
            ("model.name", 5),
            ("model.name", "x" * 121),
            ("model.name", "a\u0000b"),
            ("model.name", "a\u202eb"),
            ("model.name", "a\u200bb"),
            ("model.name", "a\nb"),
            ("model.name", "\ud800"),
            ("model.name", "e" + "\u0301" * 20),
            ("notes", "\u0007"),
            ("notes", "x" * 4001),
            ("tasks.sst.log", "../log.csv"),
            ("tasks.sst.log", "/etc/passwd"),
            ("tasks.sst.log", "a/../../b"),
            ("tasks.sst.log", "C:\\log.csv"),
            ("tasks.sst.log", "C:log.csv"),
            ("tasks.sst.log", "a\\b"),
            ("tasks.sst.log", "a\u0000b"),
            ("tasks.sst.log", "x" * 256),
            ("tasks.sst.log", "manifest"),
            ("tasks.sst.predictions", {"matched": "a.tsv"}),
            ("tasks.sst.energy", 5),
            ("edition", "hulk-1999"),
            ("hardware.accelerator", "rtx-2080"),
            ("hardware.offer", "nobody"),
            ("software", []),
        ],
    )
    def test_a_wrong_value_is_told_at_its_place(self, path: str, value: Any) -> None:
        errors = self.refused(self.change(path, value))
        assert any(field == path or field.startswith((f"{path}.", f"{path}[")) for field in errors), errors

    @pytest.mark.parametrize("tasks", [{}, [], None, "sst", {"cola": {}}, {"all": {}}])
    def test_tasks_are_those_of_edition_and_phase(self, tasks: Any) -> None:
        errors = self.refused(self.change("tasks", tasks))
        assert "tasks" in errors

    def test_an_unknown_accelerator_is_told_with_the_known_ones(self) -> None:
        error = self.refused(self.change("hardware.accelerator", "rtx-2080-tii"))["hardware.accelerator"]
        assert error["code"] == "unknown-accelerator"
        assert "Did you mean `rtx-2080-ti`?" in error["remedy"]

    def test_only_an_on_demand_offer_of_this_accelerator_may_be_named(self) -> None:
        manifest = self.change("hardware.offer", "cloud-spot")
        make_offer(make_accelerator("rtx-2080-ti"), slug="cloud-spot", pricing="spot")
        make_offer(make_accelerator("tpu"), slug="cloud-tpu")
        assert "hardware.offer" in self.refused(manifest)
        manifest["hardware"]["offer"] = "cloud-tpu"
        assert "hardware.offer" in self.refused(manifest)
        manifest["hardware"]["offer"] = "cloud-rtx-2080-ti"
        assert validate(manifest)["hardware"]["offer"] == "cloud-rtx-2080-ti"

    def test_a_declared_price_needs_a_source(self) -> None:
        assert "hardware.price_source" in self.refused(self.change("hardware.usd_per_hour", 2.5))

    def test_keys_belong_to_a_phase_but_may_stand_empty(self) -> None:
        edition = make_catalogue()
        pretraining = make_manifest(edition, {"all": {"log": "l.csv", "predictions": "p"}}, phase="pretraining")
        assert "tasks.all.predictions" in self.refused(pretraining)
        pretraining["tasks"]["all"]["predictions"] = None
        assert validate(pretraining)["tasks"]["all"]["log"] == "l.csv"
        inference = make_manifest(edition, {"sst": {"log": "l.csv"}}, phase="inference")
        assert "tasks.sst.log" in self.refused(inference)

    def test_runs_are_paired(self) -> None:
        errors = self.refused(self.change("tasks.sst", {"log": ["a", "b"], "predictions": ["c"]}))
        assert errors["tasks.sst"]["code"] == "runs-unpaired"
        assert "tasks.sst" in self.refused(self.change("tasks.sst", {"mean_ms": 2.0}, phase="inference"))
        both = {"mean_ms": 2.0, "samples": 1000, "latencies": "l.txt"}
        assert "tasks.sst" in self.refused(self.change("tasks.sst", both, phase="inference"))

    def test_text_is_normalised(self) -> None:
        kept = validate(self.change("model.name", "  Caf\u0065\u0301 "))
        assert kept["model"]["name"] == "Café"

    def test_a_key_that_cannot_be_printed_is_still_answered(self) -> None:
        manifest = make_manifest(make_catalogue())
        manifest["\ud800\u0000\u202e"] = 1
        manifest["tasks"]["\ud800\u0000"] = {}
        self.refused(manifest)

    def test_validating_again_changes_nothing(self) -> None:
        manifest = make_manifest(make_catalogue(), {"sst": {"log": ["a", "b"], "predictions": ["c", "d"]}})
        once = validate(manifest)
        assert validate(once) == once


class TestPlaces:
    def test_names_become_places(self) -> None:
        manifest = {
            "phase": "finetuning",
            "tasks": {
                "sst": {"log": ["a", "b"], "predictions": ["c", "d"], "energy": "e"},
                "nli": {"log": "f", "predictions": {"matched": "g", "mismatched": "h"}},
            },
        }
        assert [(str(place), place.name) for place in places(manifest)] == [
            ("sst/log", "a"),
            ("sst/log?run=2", "b"),
            ("sst/predictions", "c"),
            ("sst/predictions?run=2", "d"),
            ("sst/energy", "e"),
            ("nli/log", "f"),
            ("nli/predictions?part=matched", "g"),
            ("nli/predictions?part=mismatched", "h"),
        ]

    def test_what_is_not_named_is_still_needed(self) -> None:
        inference = {"phase": "inference", "tasks": {"sst": {"mean_ms": 2.0}, "nli": {}}}
        assert [str(place) for place in required(inference)] == ["sst/predictions", "nli/latencies", "nli/predictions"]
        tuned = {"phase": "finetuning", "tasks": {"sst": {}}}
        have = [Place("sst", "log", 2)]
        assert [str(place) for place in required(tuned, have)] == [
            "sst/log",
            "sst/predictions",
            "sst/log?run=2",
            "sst/predictions?run=2",
        ]


def test_changes_are_merged_key_by_key() -> None:
    before = {"model": {"name": "a", "base": "b"}, "notes": "n", "tasks": {"sst": {"seeds": [1]}}}
    after = merge(before, {"model": {"base": None}, "notes": None, "tasks": {"nli": {}, "sst": {"seeds": [2]}}})
    assert after == {"model": {"name": "a"}, "tasks": {"sst": {"seeds": [2]}, "nli": {}}}
    assert before["notes"] == "n"
