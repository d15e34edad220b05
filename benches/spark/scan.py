"""A scan on an engine, beside a local one: results compared, CPU, memory and bytes exchanged.

    python benches/spark/scan.py {spark,sail} corpus.jsonl [PARTITIONS]

The scan runs in a session of its own; CPU and peak memory are those of all its processes, looked at four times a second.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

# What makes rows comparable is what the tests compare by.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/python"))


def measured(command: list[str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and the most memory in MiB of a command with all it starts."""
    began = time.monotonic()
    # What they print is of no interest unless it fails.
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        cpu: dict[int, int] = {}
        most = 0
        while process.poll() is None:
            memory = 0
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    fields = stat.read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == process.pid:
                    # Children that were waited for are counted by themselves.
                    cpu[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
                    memory += int(fields[21]) * PAGE
            most = max(most, memory)
            time.sleep(0.25)
        if process.returncode != 0:
            log.seek(0)
            sys.exit(log.read().decode()[-4000:])
    return time.monotonic() - began, sum(cpu.values()) / TICKS, most / 2**20


# It ends when nobody holds it.
SERVERS: list[Any] = []


def session(engine: str) -> Any:
    from pyspark.sql import SparkSession

    if engine == "sail":
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        SERVERS.append(server)
        return SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "3g",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def scan(engine: str, corpus: str, partitions: int, out: str) -> None:
    """What is measured on the engine."""
    import wirecopy.spark

    rows = session(engine).read.json(corpus)
    wirecopy.spark.scan(rows, out=out, partitions=partitions, keep_stages=True)
    # A server in the background would wait for the next call.
    os._exit(0)


def main() -> None:
    engine, corpus = sys.argv[1:3]
    partitions = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    if len(sys.argv) > 4:
        return scan(engine, corpus, partitions, sys.argv[4])
    import pyarrow.parquet as pq
    from comparable import TABLES, comparable

    folder = Path(tempfile.mkdtemp())
    there, here = str(folder / "there"), str(folder / "here")
    program = [sys.executable, "-m", "wirecopy", "scan", corpus, "--isolated", "--no-report", "--quiet"]
    local = measured([*program, "--table-format", "parquet", "--out", here])
    remote = measured([sys.executable, __file__, engine, corpus, str(partitions), there])
    for name, (seconds, cpu, memory) in (("local", local), (engine, remote)):
        print(f"{name:6} {seconds:7.1f} s {cpu:7.1f} CPU s {memory:7.0f} MiB")
    # Of a scan that ends between two looks nothing is known.
    if local[1] > 0:
        print(f"overhead {remote[1] / local[1]:.2f} x CPU")
    for table in TABLES:
        # An engine may write nothing of a table without rows.
        paths = [path for path in (f"{there}/{table}.parquet", f"{here}/{table}.parquet") if Path(path).exists()]
        *found, expected = ({comparable(table, row) for row in pq.read_table(path).to_pylist()} for path in paths)
        found = found[0] if found else set()
        print(f"{table:9} {len(expected):7} rows, {len(expected - found)} missing, {len(found - expected)} more")
    parts = [part for part in Path(there, "manifest.json").iterdir() if part.name[0] not in "._"]
    timings = json.loads("".join(part.read_text() for part in parts))["timings"]
    for timing in timings:
        step = Path(there, "_stages", timing["stage"])
        kinds = {kind.name[5:]: sum(f.stat().st_size for f in kind.glob("*")) for kind in sorted(step.glob("kind=*"))}
        shown = ", ".join(f"{kind} {size / 1e6:.2f}" for kind, size in kinds.items())
        print(f"{timing['stage']:12} {timing['seconds']:6.1f} s   MB: {shown}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
