"""The wheel brings the program, and both say the same."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

import wirecopy


def program(*args: object) -> subprocess.CompletedProcess[str]:
    path = Path(sysconfig.get_path("scripts")) / "wirecopy"
    return subprocess.run([str(path), *map(str, args)], capture_output=True, text=True, check=False)


def test_the_program_is_there() -> None:
    assert program("--version").stdout.split() == ["wirecopy", wirecopy.__version__]
    module = subprocess.run([sys.executable, "-m", "wirecopy", "--version"], capture_output=True, text=True, check=True)
    assert module.stdout.split() == ["wirecopy", wirecopy.__version__]


def test_exit_codes() -> None:
    assert program("scan", "no-such-file").returncode == 2
    assert program("check", "data/corpus/es.jsonl", "--isolated").returncode == 1
    assert program("compare").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot be sent Ctrl-C")
def test_ctrl_c_ends_the_program() -> None:
    path = Path(sysconfig.get_path("scripts")) / "wirecopy"
    process = subprocess.Popen([str(path), "scan", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stderr is not None
    # It has written when it has begun to read, and looks for Ctrl-C by then.
    process.stdin.write('{"text": "The pier was closed on Monday."}\n' * 100_000)
    process.stdin.flush()
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert process.wait(timeout=60) == 130


def test_tables_are_those_of_the_program(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    found = tmp_path / "program"
    ran = program("scan", "data/corpus", "--agencies", "data/agencies.toml", "--out", found, "--table-format", "parquet")
    assert ran.returncode == 0, ran.stderr
    result = wirecopy.scan("data/corpus", origin={"agencies": "data/agencies.toml"})
    written = tmp_path / "package"
    result.write(written, table_format="parquet")
    for name in ("members", "pairs", "stories", "outlets", "passages", "rejects"):
        table = parquet.read_table(found / f"{name}.parquet")
        assert pyarrow.table(getattr(result, name)).equals(table), name
        assert (written / f"{name}.parquet").read_bytes() == (found / f"{name}.parquet").read_bytes(), name
    assert sorted(file.name for file in written.iterdir()) == sorted(file.name for file in found.iterdir())
    assert (written / "report.html").read_bytes() == (found / "report.html").read_bytes()
    manifest: dict[str, Any] = json.loads((found / "manifest.json").read_text(encoding="utf-8"))
    for name in ("settings", "counts", "inputs", "decoys", "rejects", "schema_version"):
        assert manifest[name] == result.manifest[name], name
    assert {timing["stage"] for timing in result.manifest["timings"]} >= {"read", "classes", "passages", "verify"}


def test_the_program_goes_on_with_what_the_package_wrote(tmp_path: Path) -> None:
    wirecopy.scan("data/corpus/es.jsonl").write(tmp_path / "found")
    assert program("report", tmp_path / "found", "--format", "json").returncode == 0
