"""What a scan of a table costs beside the program on the same rows in a file.

    python benches/python/overhead.py ARTICLES.jsonl [--rounds 5]

The articles are read once and written to a Parquet file. Then the program scans that file, and a fresh Python process reads
it to a table and scans the table: in turns, with the same threads. CPU seconds are user and system: of the program those of
its process, of the package those of the call alone, and of the whole process, with imports and reading. Both find the same,
which is checked.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List

CHILD = """
import json, resource, sys

def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

import pyarrow.parquet
import wirecopy
table = pyarrow.parquet.read_table(sys.argv[1])
if sys.argv[2] == "polars":
    import polars
    table = polars.from_arrow(table)
if sys.argv[2] == "batches":
    table = iter(table.to_batches(max_chunksize=1000))
before = seconds()
result = wirecopy.scan(table, texts=False, threads=2)
print(json.dumps({"call": seconds() - before, "process": seconds(), "counts": result.manifest["counts"],
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("articles", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--program", default="wirecopy")
    args = arguments.parse_args()
    import pyarrow
    import pyarrow.parquet

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "articles.parquet")
        with args.articles.open(encoding="utf-8") as lines:
            records = [{name: str(value) for name, value in json.loads(line).items() if value is not None} for line in lines]
        names = sorted({name for record in records for name in record})
        columns = {name: [record.get(name) for record in records] for name in names}
        pyarrow.parquet.write_table(pyarrow.table(columns), file, compression="zstd", row_group_size=10_000)
        counts = len(records)
        del records, columns
        times: Dict[str, List[float]] = {}
        peaks: Dict[str, float] = {}
        for _ in range(args.rounds):
            before = children()
            scanned = [args.program, "scan", file, "--isolated", "--quiet", "--threads", "2", "--format", "json"]
            found = json.loads(subprocess.run(scanned, check=True, capture_output=True).stdout)
            times.setdefault("program", []).append(children() - before)
            for kind in ("pyarrow", "polars", "batches"):
                ran = subprocess.run([sys.executable, "-c", CHILD, file, kind], check=True, capture_output=True)
                told: Dict[str, Any] = json.loads(ran.stdout)
                assert told["counts"] == found["counts"], (told["counts"], found["counts"])
                times.setdefault(f"{kind}, call", []).append(told["call"])
                times.setdefault(f"{kind}, process", []).append(told["process"])
                peaks[kind] = max(peaks.get(kind, 0), told["peak_mib"])
    program = times["program"]
    print(f"{counts} articles, {args.rounds} rounds, CPU seconds")
    for name, seconds in times.items():
        ratio = statistics.median(mine / other for mine, other in zip(seconds, program))
        print(f"{name:20} {statistics.median(seconds):7.2f}  {ratio:5.3f}")
    print("peak memory of the process, MiB:", {kind: round(peak) for kind, peak in peaks.items()})


if __name__ == "__main__":
    main()
