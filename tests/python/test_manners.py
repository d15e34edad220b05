"""A long scan lets others work, tells how far it is, and stops when it is asked to."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any, Iterator, Optional

import pytest

import wirecopy


def batches(count: int, wait_seconds: float = 0.0) -> Iterator[Any]:
    import pyarrow

    for number in range(count):
        time.sleep(wait_seconds)
        text = f"On day {number} the harbour master counted {number * 7} boats and wrote their names into the book."
        yield pyarrow.RecordBatch.from_pydict({"text": [text]})


def test_progress_is_told() -> None:
    told: list[tuple[str, int, Optional[int]]] = []
    wirecopy.scan("data/corpus", progress=lambda *news: told.append(news))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages[:2] == ["read", "classes"] and "verify" in stages
    assert all(done <= total for _, done, total in told if total is not None)
    read = [news for news in told if news[0] == "read"]
    assert read[0][1] == 0 and read[0][2] is not None


def test_progress_that_raises_ends_the_scan() -> None:
    def refuse(stage: str, done: int, total: Optional[int]) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        wirecopy.scan("data/corpus", progress=refuse)


def test_bars_need_nothing(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    wirecopy.scan("data/corpus/es.jsonl", progress=True)
    assert capfd.readouterr().err.splitlines()[:2] == ["read", "classes"]


def test_bars_are_taken_away(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    wirecopy.scan("data/corpus", progress=True)
    shown = capfd.readouterr().err
    assert "read" in shown and not shown.split("\r")[-1].strip()


def test_other_threads_go_on() -> None:
    pytest.importorskip("pyarrow")
    ticks = 0
    over = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not over.wait(0.01):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    wirecopy.scan(batches(20, 0.02))
    over.set()
    thread.join()
    assert ticks >= 10


def test_scans_run_side_by_side() -> None:
    results: list[wirecopy.Result] = []
    threads = [threading.Thread(target=lambda: results.append(wirecopy.scan("data/corpus/es.jsonl"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert list(results[0].members) == list(results[1].members) == list(results[2].members)


def test_what_an_iterator_raises_comes_out() -> None:
    pytest.importorskip("pyarrow")

    def broken() -> Iterator[Any]:
        yield from batches(3)
        raise KeyError("the fourth")

    with pytest.raises(KeyError, match="the fourth"):
        wirecopy.scan(broken())


def test_what_a_reader_raises_is_named() -> None:
    pyarrow = pytest.importorskip("pyarrow")

    def broken() -> Iterator[Any]:
        yield from batches(3)
        raise KeyError("the fourth")

    reader = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"text": pyarrow.string()}), broken())
    with pytest.raises(wirecopy.InputError, match="cannot read on in table: .*the fourth"):
        wirecopy.scan(reader)


@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot send itself Ctrl-C")
def test_ctrl_c_stops_a_scan() -> None:
    pytest.importorskip("pyarrow")
    script = """
        import itertools, sys, time
        import pyarrow, wirecopy

        def batches():
            for number in itertools.count():
                if number == 50:
                    print("begun", flush=True)
                time.sleep(0.002)
                yield pyarrow.RecordBatch.from_pydict({"text": [f"The {number}th boat came in at noon and left by night."]})

        try:
            wirecopy.scan(batches())
        except KeyboardInterrupt:
            print("stopped")
            sys.exit(7)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 7
    assert process.stdout.read() == "stopped\n"
    assert time.monotonic() - began < 10
