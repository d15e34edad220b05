"""What a result can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import wirecopy

HOSTILE = "Lock & \"quay\" shut < 3 days"


def result(**given: Any) -> wirecopy.Result:
    return wirecopy.scan("data/corpus/es.jsonl", **given)


def test_reports_by_their_endings(tmp_path: Path) -> None:
    found = result()
    for name, beginning in (("a.html", "<!doctype html>"), ("a.md", "# "), ("a.graphml", "<?xml")):
        found.report(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").lower().startswith(beginning), name
    with pytest.raises(wirecopy.OutputError, match=r"exists.*; use force=True to replace it"):
        found.report(tmp_path / "a.html")
    found.report(tmp_path / "a.html", force=True)
    with pytest.raises(wirecopy.OutputError, match="cannot tell the form"):
        found.report(tmp_path / "a.pdf")


def test_a_report_wants_texts(tmp_path: Path) -> None:
    found = result(texts=False)
    with pytest.raises(wirecopy.OutputError, match="texts=True"):
        found.report(tmp_path / "a.html")
    found.report(tmp_path / "a.md")
    found.write(tmp_path / "found")
    assert not (tmp_path / "found/report.html").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OSError, match="contains other files"):
        result().write(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_how_it_is_shown() -> None:
    found = result()
    assert repr(found).startswith("<wirecopy.Result: 33 articles, ")
    assert str(found) == found.summary()
    html = found._repr_html_()
    assert html.count("<tr>") == 1 + min(10, len(found.stories))
    assert repr(found.rejects) == "<wirecopy.Table: 0 rows, path, record, records, byte_offset, reason>"


def test_text_of_documents_is_escaped() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    text = "The lock was shut on Friday, when the pilot found that both gates had left their hinges in the night."
    table = pyarrow.table({"title": [HOSTILE] * 2, "text": [text, text + " Nobody was hurt."], "source": ["a", "b"]})
    html = wirecopy.scan(table)._repr_html_()
    assert "Lock &amp; &quot;quay&quot; shut &lt; 3 days" in html


def test_comparisons_count_characters() -> None:
    wire = (
        "\u00c9tienne sah \u2014 the ferry carrying 148 people ran onto a reef in fog early on Tuesday, and all were brought "
        "ashore by lifeboats and fishing boats within three hours, the coastguard said."
    )
    other = "\u4e2d\u6587 before. " + wire[13:]
    compared = wirecopy.compare({"text": wire, "source": "a.example"}, {"body": other, "source": "b.example"})
    assert compared.links and compared.probability is not None and compared.jaccard > 0.5
    assert compared.spans
    for passage in compared.passages:
        assert wire[slice(*passage.a)] == other[slice(*passage.b)]
    assert wirecopy.compare("One thing.", "Another matter.").relation is None
    with pytest.raises(TypeError, match="a is a int: give a text"):
        wirecopy.compare(5, "One thing.")  # type: ignore[arg-type]
    with pytest.raises(wirecopy.InputError, match="b is no article: no text"):
        wirecopy.compare("One thing.", {"title": "Another"})


def test_a_check_is_an_assertion(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="near-duplicate: ") as caught:
        wirecopy.check("data/corpus/es.jsonl")
    assert isinstance(caught.value, wirecopy.DuplicatesFound)
    assert caught.value.findings[0]["relation"] == "near-duplicate"
    passed = wirecopy.check("data/corpus", check={"baseline": "data/.wirecopy-baseline.json"})
    assert passed["passed"] and passed["counts"]["known"] > 0
    pyarrow = pytest.importorskip("pyarrow")
    wirecopy.check(pyarrow.table({"text": ["The pier was closed on Monday, and nobody could say for how long."]}))


def test_what_is_dropped_besides_copies() -> None:
    polars = pytest.importorskip("polars")
    articles = polars.concat(
        [polars.read_ndjson(path) for path in sorted(Path("data/corpus").glob("*.jsonl"))], how="diagonal_relaxed"
    )
    counts = [len(wirecopy.dedup(articles, drop=drop)) for drop in ((), ("excerpt",), ("excerpt", "version", "rewrite"))]
    assert len(articles) > counts[0] > counts[1] > counts[2]
    with pytest.raises(TypeError, match="dedup takes a table"):
        wirecopy.dedup("data/corpus/es.jsonl")
    with pytest.raises(ValueError, match="cannot be dropped"):
        wirecopy.dedup(articles, drop=["quote"])
