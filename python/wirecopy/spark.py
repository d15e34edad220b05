"""The same scan on Spark: DataFrames in, Parquet tables out.

Spark reads the articles, moves rows by key, retries what fails and writes Parquet. Every decision is the library's: each step
is one ``mapInArrow`` behind one ``repartition``. Nothing else of Spark is used, so Spark Connect, managed platforms and
engines with the same interface do.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
from contextlib import contextmanager, suppress
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional
from urllib.parse import urlsplit

from wirecopy import _core
from wirecopy._settings import called
from wirecopy.errors import InputError, OutputError, WirecopyError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._core import Call
    from wirecopy._settings import Options

__all__ = ["Result", "scan"]

_PIECES = "kind string, partition int, bytes binary"
# Pieces are of a megabyte: what an engine holds at once for a Python process.
_ROWS_AT_ONCE = "64"
_AT_ONCE = "spark.sql.execution.arrow.maxRecordsPerBatch"
# The tables, and what their rows are sorted by.
_TABLES = {
    "members": ("tables", ["record"]),
    "pairs": ("tables", ["a", "b"]),
    "stories": ("finish", ["-size", "story_id"]),
    "outlets": ("finish", ["-articles", "source"]),
    "passages": ("finish", ["-size(carriers)", "passage_id"]),
    "rejects": ("read", ["path", "record"]),
}


def scan(
    df: Any,
    *,
    out: str,
    partitions: Optional[int] = None,
    keep_stages: bool = False,
    **given: Unpack[Options],
) -> Result:
    """Finds the stories of a DataFrame of articles, and writes the tables of a scan to ``out``.

    Columns are found by their names, as in a file. Settings are those of ``wirecopy.scan``, by the names of
    ``wirecopy.toml``; files that they name must be on every executor.

    - ``out``: a folder or an address that Spark can write to. The tables are Parquet, and ``wirecopy report`` makes a report
      of the folder. Finished steps are kept in ``_stages`` below it until the scan has ended: the same call after a failure
      goes on with the last one.
    - ``partitions``: how many partitions each step has; by default ``spark.sql.shuffle.partitions``. A task with 20,000
      articles in its partition wants some 4 GiB.
    - ``keep_stages``: leave ``_stages`` there.
    - ``memory``, ``threads``, ``temp_dir``: of each task; one thread by default.
    - ``progress``: a function that is called with a step, how many steps are done, and how many there are; True prints lines.

    Articles are numbered by content, so ``record`` in the tables is a place in that order, not in the DataFrame.
    """
    with called(given) as call:
        run = _Run(df.sparkSession, str(out).rstrip("/"), call)
        return run.scan(df, partitions, keep_stages)


class Result:
    """The tables of a finished scan, as DataFrames."""

    def __init__(self, spark: Any, out: str, manifest: dict[str, Any]) -> None:
        self._spark = spark
        self.path = out
        self.manifest = manifest

    def __getattr__(self, name: str) -> Any:
        if name not in _TABLES:
            raise AttributeError(name)
        return self._spark.read.parquet(f"{self.path}/{name}.parquet")

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        return (
            f"<wirecopy.spark.Result: {counts['articles']:,} articles, {counts['stories']:,} stories of "
            f"{counts['articles_in_stories']:,} articles, {counts['links']:,} links, in {self.path}>"
        )


class _Run:
    """One scan: its steps, each written before the next begins."""

    def __init__(self, spark: Any, out: str, call: Call) -> None:
        self.spark = spark
        self.out = out
        self.call = call
        self.timings: list[tuple[str, float]] = []
        self.finished: set[str] = set()

    def scan(self, df: Any, partitions: Optional[int], keep_stages: bool) -> Result:
        if self._lines(f"{self.out}/manifest.json") is not None:
            raise OutputError(f"cannot write to {self.out}: it has a finished scan", "name another folder")
        count = partitions or int(self._conf("spark.sql.shuffle.partitions", "200"))
        self.partitions = count
        job = _core.engine_job(self.call, count)
        steps = _core.engine_steps(job)
        self.fingerprint = json.dumps([job, df.columns, self._hash(df)])
        job = self._going_on(job)
        progress = self.call["progress"]
        wanted = _core.engine_columns(job, df.columns)
        if not wanted:
            raise WirecopyError(f"no column of {', '.join(df.columns)} has the text of an article")
        with self._small_batches():
            for place, (name, takes) in enumerate([("read", []), *steps]):
                if progress:
                    progress(name, place, len(steps) + 2)
                rows = df.select(*(f"`{column}`" for column in wanted)) if name == "read" else self._taken(takes)
                self._step(name, rows, job)
                if name in ("number", "home"):
                    counts = self._pieces(name, ["articles" if name == "number" else "leaders"]).collect()
                    if not counts:
                        raise self._no_article()
                    job = _core.engine_counted(job, name, _batches(counts))
            if progress:
                progress("write", len(steps) + 1, len(steps) + 2)
            manifest = self._write(job, steps)
        if not keep_stages:
            self._tidy()
        return Result(self.spark, self.out, manifest)

    def _no_article(self) -> InputError:
        rejects = self._pieces("read", ["rejects"]).mapInArrow(
            _rows("rejects"), _schema(_core.engine_schema("rejects"))
        )
        count, first = 0, None
        for row in rejects.orderBy("path", "record").collect():
            count, first = count + row["records"], first or row["reason"]
        if first is None:
            return InputError("no article in the DataFrame: it is empty")
        return InputError(
            f"no article in the DataFrame: {count:,} record{'' if count == 1 else 's'} rejected; the first: {first}"
        )

    def _step(self, name: str, rows: Any, job: str) -> None:
        if name in self.finished:
            return
        began = time.monotonic()
        made = rows.mapInArrow(_task(job, name, _carried(self.call)), _PIECES)
        made.write.mode("overwrite").partitionBy("kind").parquet(f"{self.out}/_stages/{name}")
        self._write_lines(f"{self.out}/_stages/finished", f"{name} {self.fingerprint}", "append")
        self.finished.add(name)
        self.timings.append((name, time.monotonic() - began))

    def _going_on(self, job: str) -> str:
        """Notes what an earlier run of the same scan has finished, and gives its job: it may have begun on another day."""

        def scan(fingerprint: str) -> Any:
            known = json.loads(fingerprint)
            settings = json.loads(known[0])
            settings["settings"]["read"]["today"] = None
            return [settings, *known[1:]]

        lines = (self._lines(f"{self.out}/_stages/finished") or "").splitlines()
        finished = dict(line.split(" ", 1) for line in lines)
        if any(scan(fingerprint) != scan(self.fingerprint) for fingerprint in finished.values()):
            hint = "remove the folder, or name another one"
            raise OutputError(f"{self.out}/_stages is of another scan, or of one with other settings", hint)
        for self.fingerprint in finished.values():
            job = json.loads(self.fingerprint)[0]
        self.finished = set(finished)
        return job

    def _taken(self, takes: list[tuple[str, list[str]]]) -> Any:
        taken = reduce(lambda x, y: x.union(y), (self._pieces(step, kinds) for step, kinds in takes))
        # One task has all of a partition; several partitions may fall on one task.
        return taken.repartition(self.partitions, "partition")

    def _pieces(self, step: str, kinds: list[str]) -> Any:
        if step not in self.finished:
            return self.spark.createDataFrame([], _PIECES)
        # With a schema nothing is read to find one, and there may be no file if nothing was made.
        reader = self.spark.read.schema("partition int, bytes binary, kind string")
        pieces = reader.parquet(f"{self.out}/_stages/{step}").select("kind", "partition", "bytes")
        return pieces.where(pieces["kind"].isin(kinds))

    def _write(self, job: str, steps: Any) -> dict[str, Any]:
        expr = import_module("pyspark.sql.functions").expr
        for table, (step, order) in _TABLES.items():
            columns = _core.engine_schema(table)
            rows = self._pieces(step, [table]).mapInArrow(_rows(table), _schema(columns))
            sort = [expr(name[1:]).desc() if name.startswith("-") else expr(name) for name in order]
            rows.orderBy(*sort).write.mode("overwrite").parquet(f"{self.out}/{table}.parquet")
        texts = self._pieces("tables", ["texts"]).mapInArrow(_text_lines(), "place long, value string")
        texts.orderBy("place").select("value").write.mode("overwrite").text(f"{self.out}/texts.jsonl")
        counted = self._pieces("read", ["counts"])
        for step, _ in steps:
            counted = counted.union(self._pieces(step, ["counts"]))
        manifest = _core.engine_manifest(job, _batches(counted.collect()), ["DataFrame"], self.timings)
        parsed: dict[str, Any] = json.loads(manifest)
        numbered, found = sum(json.loads(job)["articles"]), parsed["counts"]["articles"]
        if numbered != found:
            raise WirecopyError(f"{numbered:,} articles were read, and {found:,} came to the end: the engine lost some")
        # The last file: a folder that has one is complete.
        self._write_lines(f"{self.out}/manifest.json", manifest)
        return parsed

    def _write_lines(self, path: str, text: str, mode: str = "overwrite") -> None:
        lit = import_module("pyspark.sql.functions").lit
        line = self.spark.range(1).select(lit(text.replace("\n", " ")).alias("value"))
        line.coalesce(1).write.mode(mode).text(path)

    def _lines(self, path: str) -> Optional[str]:
        """What a file of text holds; nothing if there is none."""
        try:
            return "\n".join(row[0] for row in self.spark.read.text(path).collect()) or None
        except Exception as error:
            if "PATH_NOT_FOUND" in str(error):
                return None
            raise

    def _conf(self, name: str, default: str) -> str:
        with suppress(Exception):
            return str(self.spark.conf.get(name, default))
        return default

    @contextmanager
    def _small_batches(self) -> Iterator[None]:
        before = self._conf(_AT_ONCE, "10000")
        with suppress(Exception):
            self.spark.conf.set(_AT_ONCE, _ROWS_AT_ONCE)
        try:
            yield
        finally:
            with suppress(Exception):
                self.spark.conf.set(_AT_ONCE, before)

    @staticmethod
    def _hash(df: Any) -> Optional[int]:
        """What tells the DataFrame from another, where the engine knows."""
        with suppress(Exception):
            return int(df.semanticHash())
        return None

    def _tidy(self) -> None:
        """DataFrames remove nothing: what is not on a disk of this machine stays."""
        place = urlsplit(self.out)
        if place.scheme in ("", "file"):
            shutil.rmtree(f"{place.path}/_stages", ignore_errors=True)


def _carried(call: Call) -> Call:
    """How a task is run: what is set for this process is for it, too, but what it looks for is in the job."""
    folder = call["temp_dir"]
    return {
        "config": None,
        "settings": {},
        "memory": call["memory"],
        "threads": call["threads"] or 1,
        "temp_dir": None if folder is None else os.fspath(folder),
        "progress": None,
    }


def _batches(rows: list[Any]) -> list[Any]:
    pa = import_module("pyarrow")
    columns = {
        "kind": pa.array([row["kind"] for row in rows], pa.string()),
        "partition": pa.array([row["partition"] for row in rows], pa.int32()),
        "bytes": pa.array([bytes(row["bytes"]) for row in rows], pa.large_binary()),
    }
    return [pa.RecordBatch.from_pydict(columns)]


# What runs on executors. These functions go there by value, with all they call, so that one that lacks the package can say
# so; without it nothing of this module could be loaded.


def _task(job: str, step: str, call: Call) -> Callable[[Iterator[Any]], Iterator[Any]]:
    version = _core.__version__

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        try:
            from wirecopy import _core

            pa = import_module("pyarrow")
        except ImportError as error:
            raise RuntimeError(
                f"wirecopy {version} began this scan, and an executor cannot load it ({error}): install the wheel on every executor"
            ) from None
        if _core.__version__ != version or not hasattr(_core, "engine_run"):
            raise RuntimeError(
                f"wirecopy {version} began this scan, and an executor has {_core.__version__}: install one version everywhere"
            )
        if step == "read":
            # A task may have no row, and an input has at least one batch.
            rows = (batch for batch in batches if batch.num_rows)
            first = next(rows, None)
            if first is None:
                return

            def all_rows() -> Iterator[Any]:
                yield first
                yield from rows

            made = _core.engine_read(job, all_rows(), call)
        else:
            kinds = {"kind": pa.string(), "partition": pa.int32(), "bytes": pa.large_binary()}

            def pieces() -> Iterator[Any]:
                for batch in batches:
                    columns = [batch.column(name).cast(kind) for name, kind in kinds.items()]
                    yield pa.RecordBatch.from_arrays(columns, list(kinds))

            made = _core.engine_run(job, step, pieces(), call)
        yield from pa.table(made).to_batches()

    return run


def _rows(table: str) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def run(batches: Iterator[Any]) -> Iterator[Any]:
        pa = import_module("pyarrow")

        # Spark has no numbers without a sign.
        def signed(kind: Any) -> Any:
            if pa.types.is_uint64(kind):
                return pa.int64()
            if pa.types.is_list(kind):
                return pa.list_(signed(kind.value_type))
            if pa.types.is_struct(kind):
                fields = [kind.field(place) for place in range(kind.num_fields)]
                return pa.struct([pa.field(field.name, signed(field.type)) for field in fields])
            return kind

        for batch in batches:
            for piece in batch.column("bytes").to_pylist():
                for rows in pa.ipc.open_stream(piece):
                    columns = [column.cast(signed(column.type)) for column in rows.columns]
                    yield pa.RecordBatch.from_arrays(columns, rows.schema.names)

    return run


def _text_lines() -> Callable[[Iterator[Any]], Iterator[Any]]:
    def run(batches: Iterator[Any]) -> Iterator[Any]:
        pa = import_module("pyarrow")

        for batch in batches:
            for piece in batch.column("bytes").to_pylist():
                places, lines, at = [], [], 0
                while at < len(piece):
                    place, length = struct.unpack_from("<QI", piece, at)
                    places.append(place)
                    lines.append(piece[at + 12 : at + 12 + length].decode())
                    at += 12 + length
                yield pa.RecordBatch.from_pydict({"place": pa.array(places, pa.int64()), "value": pa.array(lines)})

    return run


def _schema(columns: _core.Table) -> str:
    """The columns of a table as Spark names them."""
    pa = import_module("pyarrow")

    def name(kind: Any) -> str:
        if pa.types.is_list(kind):
            return f"array<{name(kind.value_type)}>"
        if pa.types.is_struct(kind):
            fields = [kind.field(place) for place in range(kind.num_fields)]
            return f"struct<{', '.join(f'{field.name}: {name(field.type)}' for field in fields)}>"
        known = {"string": "string", "uint64": "bigint", "int64": "bigint", "double": "double", "bool": "boolean"}
        return known[str(kind)]

    return ", ".join(f"`{field.name}` {name(field.type)}" for field in pa.table(columns).schema)
