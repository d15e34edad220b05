"""Settings by the names of wirecopy.toml, and what is said about wrong ones."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path
from typing import Any

import pytest

import wirecopy

CORPUS = "data/corpus/es.jsonl"


def settings(**given: Any) -> dict[str, Any]:
    made: dict[str, Any] = wirecopy.scan(CORPUS, texts=False, **given).manifest["settings"]
    return made


def test_sections_are_dictionaries() -> None:
    made = settings(
        near={"threshold": 0.7},
        read={"map": {"title": "headline", "text": ["body", "maintext"]}, "today": datetime.date(2026, 5, 1)},
        relate={"relations": ("identical", "near_duplicate"), "min_confidence": 0.5},
        survivors={"keep": ["earliest"]},
        story=None,
    )
    assert made["near"] == {"threshold": 0.7, "recall": 0.999}
    assert made["read"]["map"] == {"text": ["body", "maintext"], "title": ["headline"]}
    assert made["read"]["today"] == "2026-05-01"
    assert made["relate"]["relations"] == ["identical", "near_duplicate"]
    assert made["survivors"]["keep"] == ["earliest"]


def test_a_dotted_name_is_one_setting() -> None:
    assert settings(**{"near.threshold": 0.6})["near"]["threshold"] == 0.6


def test_arguments_go_before_a_file(tmp_path: Path) -> None:
    file = tmp_path / "wirecopy.toml"
    file.write_text("[near]\nthreshold = 0.7\nrecall = 0.9\n")
    assert settings(config=file, near={"recall": 0.5})["near"] == {"threshold": 0.7, "recall": 0.5}
    file.write_text("[near]\nthresold = 0.7\n")
    with pytest.raises(wirecopy.SettingError, match=r"line 2: unknown key thresold; did you mean threshold\?"):
        settings(config=file)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"near": {"thresold": 0.7}}, "unknown key thresold; did you mean threshold?"),
        ({"threshold": 0.7}, "unknown key threshold; did you mean near.threshold?"),
        ({"naer": {"threshold": 0.7}}, "unknown key naer; did you mean near?"),
        ({"near": {"threshold": 1.5}}, "near.threshold = 1.5: a share must be above 0 and at most 1"),
        ({"near": {"threshold": "high"}}, "invalid type: string \"high\", expected f64"),
        ({"relate": {"relations": ["except"]}}, "unknown key except; did you mean excerpt?"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(wirecopy.SettingError) as caught:
        settings(**given)
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, wirecopy.WirecopyError)


def test_errors_can_be_sent_to_another_process() -> None:
    for error in (
        wirecopy.SettingError("wrong", "right"),
        wirecopy.OutputError("no room", "elsewhere"),
        wirecopy.DuplicatesFound("two", [{"relation": "identical"}]),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))


def test_inputs_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(wirecopy.InputError, match="cannot read no-such.jsonl: No such file"):
        wirecopy.scan("no-such.jsonl")
    with pytest.raises(TypeError, match="cannot read int: give a path"):
        wirecopy.scan(5)
    with pytest.raises(wirecopy.InputError, match="no article in table: it has no batch"):
        wirecopy.scan([])
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(wirecopy.InputError, match="no column holds the text: the columns are a, b"):
        wirecopy.scan(pyarrow.table({"a": [1], "b": [2]}))
    with pytest.raises(wirecopy.InputError, match="no article in table"):
        wirecopy.scan(pyarrow.table({"text": pyarrow.array([], pyarrow.string())}))
    with pytest.raises(TypeError, match="a batch must have the Arrow interface"):
        wirecopy.scan([{"text": "a record"}])
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(OSError, match="cannot"):
        wirecopy.scan(CORPUS, temp_dir=file, memory=1024)


def test_how_a_scan_is_run_changes_nothing(tmp_path: Path) -> None:
    one = wirecopy.scan("data/corpus", threads=1)
    other = wirecopy.scan(["data/corpus"], threads=3, memory="64KiB", temp_dir=tmp_path)
    assert list(one.pairs) == list(other.pairs)
    assert list(one.members) == list(other.members)
    with pytest.raises(ValueError, match='memory = "much"'):
        wirecopy.scan(CORPUS, memory="much")
