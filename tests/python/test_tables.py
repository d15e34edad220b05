"""Tables of every package give what a file of them gives, and no row is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import table_of

import wirecopy


def without_paths(rows: wirecopy.Table) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in row.items() if name not in ("path", "byte_offset")} for row in rows]


def test_a_table_gives_what_a_file_of_it_gives(package: str, records: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    of_file, of_table = wirecopy.scan(file), wirecopy.scan(table_of(package, records))
    assert len(of_table.stories) > 5
    for name in ("members", "pairs", "stories", "outlets", "passages", "rejects"):
        assert without_paths(getattr(of_table, name)) == without_paths(getattr(of_file, name)), name
    assert {row["path"] for row in of_table.members} == {"table"}


def test_survivors_are_rows_of_the_same_kind(package: str, records: list[dict[str, Any]]) -> None:
    given = table_of(package, records)
    survivors = wirecopy.dedup(given)
    kept = [row["record"] - 1 for row in wirecopy.scan(table_of(package, records)).members if row["keep"]]
    if package in ("polars", "pandas", "pyarrow", "datasets"):
        assert type(survivors) is type(given)
    elif package != "lazy":
        assert isinstance(survivors, wirecopy.Table)
    frames = ("polars", "lazy", "pandas", "datasets")
    ids = survivors["id"] if package in frames else table_of("pyarrow", list(rows(survivors)))["id"]
    assert [str(name) for name in ids] == [records[row]["id"] for row in kept]
    assert 0 < len(kept) < len(records)
    columns = survivors.columns if package in ("polars", "lazy", "pandas") else survivors.column_names
    assert list(columns) == list(records[0])


def rows(table: Any) -> Any:
    return table.to_pylist() if hasattr(table, "to_pylist") else table


def odd_records() -> list[dict[str, Any]]:
    """Nulls, texts that are empty or blank, ids that repeat, and a copy."""
    text = "The harbour master closed the inner basin on {day}, after a crane had dropped two containers into the water."
    named = [{"id": f"a{number % 40}", "text": text.format(day=f"day {number} of spring")} for number in range(100)]
    nothing: list[dict[str, Any]] = [
        {"id": None, "text": None},
        {"id": "blank", "text": "   "},
        {"id": "empty", "text": ""},
        {"id": None, "text": named[3]["text"]},
    ]
    return [row for index, row in enumerate(named) for row in (row, nothing[index % 4])]


def test_no_row_is_lost(package: str) -> None:
    records = odd_records()
    result = wirecopy.scan(table_of(package, records))
    places = [row["record"] for row in result.members]
    rejected = [row["record"] for row in result.rejects]
    assert sorted(places + rejected) == list(range(1, len(records) + 1))
    assert len(rejected) == 75
    assert len({row["id"] for row in result.members}) == len(places)


def test_rows_without_an_article_survive(package: str) -> None:
    records = odd_records()
    survivors = wirecopy.dedup(table_of(package, records))
    keep = [row["keep"] for row in wirecopy.scan(table_of(package, records)).members]
    assert len(survivors) == len(records) - keep.count(False)
    assert keep.count(False) >= 25


def test_a_hundred_batches_are_one_table() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    records = odd_records()
    batches = [batch for record in records[:100] for batch in pyarrow.Table.from_pylist([record]).to_batches()]
    schema = pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string())])
    batches = [pyarrow.RecordBatch.from_pylist([record], schema=schema) for record in records[:100]]
    assert len(batches) == 100
    one = wirecopy.scan(pyarrow.Table.from_batches(batches))
    for source in (batches, iter(batches), (batch for batch in batches), pyarrow.Table.from_batches(batches)):
        result = wirecopy.scan(source)
        assert list(result.members) == list(one.members)
        assert list(result.rejects) == list(one.rejects)


def test_one_large_batch_is_shared_out() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    words = "harbour crane basin spring water lock pilot tug ferry barge quay rope winch keel hull mast".split()
    texts = [" ".join(words[(row * step) % 16] for step in range(1, 400)) + f" {row}" for row in range(2000)]
    table = pyarrow.table({"text": texts})
    assert len(table.to_batches()) == 1
    small = {"relate": {"relations": ["identical", "near_duplicate"]}}
    one = wirecopy.scan(table, threads=1, **small)
    many = wirecopy.scan(table, threads=4, **small)
    assert [row["record"] for row in one.members] == list(range(1, 2001))
    assert list(one.members) == list(many.members)


def test_types_that_packages_use_for_text() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    texts = ["Rain fell on the city for the third day.", None, "Rain fell on the city for the third day."]
    for kind in (pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary()):
        result = wirecopy.scan(pyarrow.table({"body": pyarrow.array(texts).cast(kind)}))
        assert (len(result.members), len(result.rejects)) == (2, 1), kind
    result = wirecopy.scan(pyarrow.table({"body": pyarrow.array(texts).dictionary_encode()}))
    assert (len(result.members), len(result.rejects)) == (2, 1)
    sliced = pyarrow.table({"body": texts}).slice(1)
    assert [row["record"] for row in wirecopy.scan(sliced).members] == [2]


def test_dates_and_nested_columns() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from datetime import datetime, timezone

    table = pyarrow.table(
        {
            "text": ["The pier was closed on Monday, and nobody could say for how long."],
            "published": [datetime(2026, 3, 10, 7, 5, tzinfo=timezone.utc)],
            "source": [{"title": "Harbour News"}],
        }
    )
    member = next(iter(wirecopy.scan(table).members))
    assert (member["published"], member["source"]) == ("2026-03-10T07:05:00Z", "Harbour News")


def test_tables_go_to_every_package(records: list[dict[str, Any]]) -> None:
    pyarrow, polars, duckdb = (pytest.importorskip(name) for name in ("pyarrow", "polars", "duckdb"))
    pandas = pytest.importorskip("pandas")
    result = wirecopy.scan(table_of("pyarrow", records))
    ids = [row["id"] for row in result.members]
    assert pyarrow.table(result.members)["id"].to_pylist() == ids
    assert polars.DataFrame(result.members)["id"].to_list() == ids
    assert pandas.DataFrame.from_arrow(result.members)["id"].to_list() == ids
    members = result.members
    assert duckdb.sql("select id from members").fetchall() == [(name,) for name in ids]
    assert members.to_polars()["id"].to_list() == ids
    assert members.to_pandas()["id"].to_list() == ids
    assert pyarrow.schema(members) == pyarrow.table(members).schema
    assert members.head(2) == list(members)[:2]
    # The table is made once, and its buffers are not copied.
    first, second = (pyarrow.table(result.members)["id"].chunk(0).buffers()[2].address for _ in range(2))
    assert first == second


def test_a_result_can_be_scanned(records: list[dict[str, Any]]) -> None:
    passages = wirecopy.scan(table_of("pyarrow", records)).passages
    again = wirecopy.scan(passages)
    assert len(again.members) == len(passages)
    assert len(wirecopy.dedup(passages)) <= len(passages)
