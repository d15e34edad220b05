"""The sessions in the README and the guide run as they stand, and the package's types hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

SESSION = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, str]]:
    found = []
    for page in ("README.md", "docs/python.md"):
        texts = SESSION.findall((PROJECT / page).read_text(encoding="utf-8"))
        found += [(f"{page}:{number}", text) for number, text in enumerate(texts, 1)]
    return found


@pytest.mark.parametrize(("name", "session"), sessions(), ids=[name for name, _ in sessions()])
def test_a_session_runs(name: str, session: str, tmp_path: Path) -> None:
    for package in ("polars", "pandas", "pyarrow", "duckdb"):
        if package in session:
            pytest.importorskip(package)
    # It names files of the project, and writes beside itself.
    os.symlink(PROJECT / "data", tmp_path / "data")
    script = tmp_path / "session.py"
    script.write_text(session, encoding="utf-8")
    ran = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for expected in re.findall(r"#> (.*)$", session, re.MULTILINE):
        assert expected in ran.stdout, (expected, ran.stdout)


def test_types_are_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "import wirecopy\n"
        "result = wirecopy.scan('a.jsonl', near={'threshold': 0.7}, memory='1GiB', progress=print)\n"
        "rows: int = len(result.members)\n"
        "relation: str | None = wirecopy.compare('a', 'b').relation\n"
        "wirecopy.scan('a.jsonl', near={'thresold': 0.7})  # type: ignore[typeddict-unknown-key]\n"
        "wirecopy.scan('a.jsonl', naer={})  # type: ignore[call-arg]\n",
        encoding="utf-8",
    )
    checked = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    for what in (["-p", "wirecopy"], [str(user)]):
        ran = subprocess.run([*checked, *what], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
