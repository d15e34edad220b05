"""Settings by the names of ``wirecopy.toml``: one dictionary a section."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional, Sequence, TypedDict, Union

from wirecopy._progress import Bars, Progress, shown

if TYPE_CHECKING:
    from datetime import date

    from wirecopy._core import Call

PathLike = Union[str, "os.PathLike[str]"]


class Read(TypedDict, total=False):
    """Which records are articles."""

    map: Mapping[str, Union[str, Sequence[str]]]
    records: str
    ignore_files: bool
    max_record_bytes: int
    encoding: str
    earliest_year: int
    today: Union[str, date]


class Near(TypedDict, total=False):
    """Which texts might be near-duplicates."""

    threshold: float
    recall: float


class Relate(TypedDict, total=False):
    """Which relation the evidence gives."""

    relations: Sequence[str]
    copy_share: float
    copy_jaccard: float
    excerpt_share: float
    excerpt_own: float
    version_share: float
    min_confidence: float
    confidence: Mapping[str, float]
    weights: PathLike
    all_pairs: bool


class Story(TypedDict, total=False):
    """Which articles make a story."""

    linkage: float


class Origin(TypedDict, total=False):
    """Who wrote it."""

    agencies: PathLike


class Survivors(TypedDict, total=False):
    """Which of several near-duplicates stays."""

    keep: Sequence[str]


class Check(TypedDict, total=False):
    """Which pairs ``check`` refuses."""

    fail_on: Sequence[str]
    across_sources: bool
    against: Sequence[str]
    baseline: PathLike
    allow_stale: bool


class Settings(TypedDict, total=False):
    """The keyword arguments of a scan that change its result, as the sections of ``wirecopy.toml``.

    ``near={"threshold": 0.7}`` is ``threshold = 0.7`` below ``[near]``. A dotted name is one setting:
    ``**{"near.threshold": 0.7}``.
    """

    without: Sequence[str]
    read: Read
    near: Near
    relate: Relate
    story: Story
    origin: Origin
    survivors: Survivors
    check: Check


# How a job is run: what changes no result.
_RUN = ("config", "memory", "threads", "temp_dir", "progress")


class Run(TypedDict, total=False):
    """The keyword arguments of a scan that change nothing about its result."""

    config: Optional[PathLike]
    memory: Union[int, str, None]
    threads: Optional[int]
    temp_dir: Optional[PathLike]
    progress: Union[Progress, bool, None]


class Options(Settings, Run, total=False):
    """All keyword arguments that the functions of the package share."""


@contextmanager
def called(given: Mapping[str, Any]) -> Iterator[Call]:
    """Tells settings from how a job is run, and takes its bars away when it has ended."""
    progress = shown(given.get("progress"))
    call: Call = {
        "config": given.get("config"),
        "settings": {name: value for name, value in given.items() if name not in _RUN},
        "memory": given.get("memory"),
        "threads": given.get("threads"),
        "temp_dir": given.get("temp_dir"),
        "progress": progress,
    }
    try:
        yield call
    finally:
        if isinstance(progress, Bars):
            progress.close()
