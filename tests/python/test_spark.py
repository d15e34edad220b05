"""The same scan on Spark: on a local one where there is Java, and on LakeSail's engine, which needs none.

Which of them is tried is what the environment has: pysail, or pyspark with Java.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
import wirecopy
from comparable import TABLES, comparable
from conftest import PROJECT

pytest.importorskip("pyspark", reason="Spark is not installed: the tests of wirecopy.spark are left out")
SAIL = importlib.util.find_spec("pysail") is not None
if not SAIL and shutil.which("java") is None:
    pytest.skip("Java is not installed: the tests of wirecopy.spark are left out", allow_module_level=True)

import wirecopy.spark as on_spark  # noqa: E402

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
CORPUS = PROJECT / "data/corpus"
PARTITIONS = 3
LOCAL = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    if SAIL:
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        _, port = server.listening_address
        yield SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        server.stop()
        return
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]")
    for name, value in LOCAL.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture
def out(tmp_path: Path) -> str:
    return str(tmp_path / "found")


def corpus(spark: Any) -> Any:
    return spark.read.json(str(CORPUS / "*.jsonl"))


def local(**settings: Any) -> wirecopy.Result:
    return wirecopy.scan(sorted(CORPUS.glob("*.jsonl")), **settings)


def rows(table: str, found: Any) -> list[str]:
    return sorted(comparable(table, row) for row in found)


def on_disk(table: str, out: str) -> list[dict[str, Any]]:
    """A table as Spark wrote it, by a reader of another kind."""
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(f"{out}/{table}.parquet").to_pylist()
    return found


def test_the_same_as_a_local_scan(spark: Any, out: str) -> None:
    steps: list[str] = []
    result = on_spark.scan(
        corpus(spark), out=out, partitions=PARTITIONS, progress=lambda step, done, total: steps.append(step)
    )
    expected = local()
    for table in TABLES:
        assert rows(table, on_disk(table, out)) == rows(table, getattr(expected, table)), table
    assert result.stories.count() == len(expected.stories)
    counts = expected.manifest["counts"]
    # Rows are no files.
    assert {**result.manifest["counts"], "files": counts["files"]} == counts
    assert repr(result).startswith("<wirecopy.spark.Result: 278 articles, 40 stories")
    assert steps[0] == "read" and steps[-1] == "write" and len(steps) == len(set(steps)) > 20
    assert not Path(out, "_stages").exists()
    with pytest.raises(wirecopy.OutputError, match="it has a finished scan"):
        on_spark.scan(corpus(spark), out=out)
    # The program makes a report of the folder, and renews nothing in it.
    page = Path(out).parent / "report.html"
    program = [sys.executable, "-m", "wirecopy", "report", out]
    done = subprocess.run([*program, "--report", f"html={page}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Ferry with 148 aboard" in page.read_text()
    assert "40 stories of 160 articles" in done.stdout
    done = subprocess.run([*program, "--report", "md"], capture_output=True, text=True)
    assert done.returncode == 2 and "give the report a path" in done.stderr


def test_copies_alone(spark: Any, out: str) -> None:
    relate = {"relations": ["identical", "near_duplicate"]}
    on_spark.scan(corpus(spark), out=out, partitions=1, relate=relate)
    expected = local(relate=relate)
    for table in TABLES:
        assert rows(table, on_disk(table, out)) == rows(table, getattr(expected, table)), table


def test_no_row_is_lost(spark: Any, out: str) -> None:
    text = "The harbour of Tarn was closed on Friday after a freighter ran aground in the fog, the port said."
    given = [
        ("one", text),
        ("one", text),
        (None, text),
        ("one", None),
        ("two", ""),
        ("three", "   "),
        ("four", "Another text altogether, of few words."),
    ] * 3
    frame = spark.createDataFrame(given, "id string, text string")
    result = on_spark.scan(frame, out=out, partitions=PARTITIONS)
    members, rejects = on_disk("members", out), on_disk("rejects", out)
    assert len(members) == 12 and sum(row["records"] for row in rejects) == 9
    assert len({row["id"] for row in members}) == 12
    assert {row["record"] for row in members} == set(range(1, 13))
    assert result.manifest["counts"]["rejects"] == 9
    assert sorted(row["size"] for row in on_disk("stories", out)) == [3, 9]
    empty = spark.createDataFrame([("a", None)], "id string, text string")
    with pytest.raises(wirecopy.InputError, match="no article in the DataFrame: 1 record rejected"):
        on_spark.scan(empty, out=f"{out}-empty", partitions=2)


def test_a_scan_goes_on_where_it_failed(spark: Any, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task = on_spark._task

    def failing(job: str, step: str, call: Any) -> Any:
        if step == "copies":
            raise KeyboardInterrupt
        return task(job, step, call)

    monkeypatch.setattr(on_spark, "_task", failing)
    with pytest.raises(KeyboardInterrupt):
        on_spark.scan(corpus(spark), out=out, partitions=PARTITIONS, read={"today": "2026-05-04"})
    monkeypatch.undo()
    with pytest.raises(wirecopy.OutputError, match="of another scan, or of one with other settings"):
        on_spark.scan(corpus(spark), out=out, partitions=PARTITIONS, near={"threshold": 0.9})
    began: list[str] = []

    def noted(job: str, step: str, call: Any) -> Any:
        began.append(step)
        return task(job, step, call)

    monkeypatch.setattr(on_spark, "_task", noted)
    result = on_spark.scan(corpus(spark), out=out, partitions=PARTITIONS, keep_stages=True)
    names = [timing["stage"] for timing in result.manifest["timings"]]
    assert names[0] == "copies" and "number" not in names
    # As it was on the day on which the scan began.
    assert result.manifest["settings"]["read"]["today"] == "2026-05-04"
    assert rows("pairs", on_disk("pairs", out)) == rows("pairs", local(read={"today": "2026-05-04"}).pairs)
    assert Path(out, "_stages").exists()


def test_an_executor_of_another_version_says_so(spark: Any, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task = on_spark._task
    version = f'"version": "{wirecopy.__version__}"'.replace(": ", ":")
    monkeypatch.setattr(
        on_spark, "_task", lambda job, step, call: task(job.replace(version, '"version":"0.0.9"'), step, call)
    )
    with pytest.raises(Exception, match="wirecopy 0.0.9 began this scan.*install one version everywhere"):
        on_spark.scan(corpus(spark), out=out, partitions=PARTITIONS)


def test_articles_that_an_engine_loses_are_missed(spark: Any, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = on_spark._Run._pieces

    def losing(self: Any, step: str, kinds: list[str]) -> Any:
        found = pieces(self, step, kinds)
        return found.where("partition <> 1") if (step, kinds[0]) == ("gather", "text") else found

    monkeypatch.setattr(on_spark._Run, "_pieces", losing)
    with pytest.raises(wirecopy.WirecopyError, match="278 articles were read, and [0-9]+ came to the end"):
        on_spark.scan(corpus(spark), out=out, partitions=PARTITIONS)
    assert not Path(out, "manifest.json").exists()


def test_settings_of_a_local_scan_are_refused(spark: Any, out: str) -> None:
    with pytest.raises(wirecopy.SettingError, match="relate.all_pairs is for a local scan"):
        on_spark.scan(corpus(spark), out=out, relate={"all_pairs": True})
    with pytest.raises(wirecopy.SettingError, match="did you mean threshold"):
        on_spark.scan(corpus(spark), out=out, near={"thresold": 0.7})
    with pytest.raises(wirecopy.WirecopyError, match="no column of rating has the text of an article"):
        on_spark.scan(spark.createDataFrame([("x",)], "rating string"), out=out)
    assert not Path(out).exists()


CLUSTER = """
import os, signal, sys
from pathlib import Path
from pyspark.sql import SparkSession
import wirecopy.spark

master, corpus, out, marks = sys.argv[1:]
builder = SparkSession.builder.master(master)
for name, value in {
    "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "700m",
}.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")

def told(step, done, total):
    Path(marks, step).touch()

print(wirecopy.spark.scan(spark.read.json(corpus), out=out, partitions=6, progress=told))
"""


class Cluster:
    """A master with two workers, as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.spark_class = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
        self.master = f"spark://127.0.0.1:{17_077 + os.getpid() % 1000}"
        host, port = "127.0.0.1", self.master.rsplit(":", 1)[1]
        self._start(
            "master", "org.apache.spark.deploy.master.Master", "--host", host, "--port", port, "--webui-port", "0"
        )
        for worker in ("one", "two"):
            options = ["--host", host, "--webui-port", "0", "--cores", "1", "--memory", "1g"]
            work = str(folder / worker)
            self._start(worker, "org.apache.spark.deploy.worker.Worker", *options, "--work-dir", work, self.master)

    def _start(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        environment = {
            **os.environ,
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
        }
        self.processes.append(
            subprocess.Popen(
                [self.spark_class, *command], stdout=log, stderr=log, env=environment, start_new_session=True
            )
        )

    def kill_worker(self) -> None:
        """Kills the last worker with all that it has started."""
        worker = self.processes.pop()
        pattern = str(self.folder / "two")
        worker.kill()
        # Executors run in the worker's folder.
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "cwd").startswith(pattern):
                    os.kill(int(process.name), 9)
            except OSError:
                pass

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()


def on_cluster(cluster: Cluster, out: str, python: str) -> subprocess.Popen[str]:
    marks = cluster.folder / "marks"
    marks.mkdir(exist_ok=True)
    arguments = [cluster.master, str(CORPUS / "*.jsonl"), out, str(marks)]
    command = [sys.executable, "-c", CLUSTER, *arguments]
    environment = {**os.environ, "PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": sys.executable}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=PROJECT, env=environment)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if SAIL or sys.platform != "linux":
        pytest.skip("a cluster of Spark's own wants Java and Linux")
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.stop()


def test_a_killed_worker_changes_nothing(cluster: Cluster, out: str) -> None:
    scan = on_cluster(cluster, out, sys.executable)
    marks = cluster.folder / "marks"
    # In the middle of the steps, while rows are exchanged.
    while scan.poll() is None and not (marks / "named").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    cluster.kill_worker()
    said, errors = scan.communicate(timeout=600)
    assert scan.returncode == 0, errors[-2000:]
    assert "278 articles, 40 stories" in said
    expected = local()
    for table in TABLES:
        assert rows(table, on_disk(table, out)) == rows(table, getattr(expected, table)), table


def test_an_executor_without_the_package_says_so(cluster: Cluster, out: str, tmp_path: Path) -> None:
    # The same Python with everything but the package.
    bare = tmp_path / "bare"
    bare.write_text(
        f"""#!{sys.executable}
import runpy
import sys

sys.modules["wirecopy"] = None
# Without the name of this file and the flag for a module.
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
    )
    bare.chmod(0o755)
    scan = on_cluster(cluster, out, str(bare))
    _, errors = scan.communicate(timeout=600)
    assert scan.returncode != 0
    assert "an executor cannot load it" in errors and "install the wheel on every executor" in errors
