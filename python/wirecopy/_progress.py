"""How far a scan is: a function that is told, or bars where tqdm is installed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Callable, Optional, Union

Progress = Callable[[str, int, Optional[int]], object]


def shown(progress: Union[Progress, bool, None]) -> Optional[Progress]:
    """The function to tell; none for False."""
    if progress is None or progress is False:
        return None
    if progress is not True:
        return progress
    try:
        return Bars(import_module("tqdm.auto").tqdm)
    except ImportError:
        return _Lines()


class Bars:
    """A bar for the stage that the scan is in."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: Optional[int]) -> None:
        if self._bar is None or stage != self._stage:
            self.close()
            in_bytes = stage == "read"
            self._bar = self._tqdm(desc=stage, total=total, unit="B" if in_bytes else "", unit_scale=True, leave=False)
            self._stage = stage
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """A line a stage, on standard error."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, done: int, total: Optional[int]) -> None:
        if stage != self._stage:
            print(stage, file=sys.stderr)
            self._stage = stage
