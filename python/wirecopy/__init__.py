"""Finds the articles of a corpus that carry the same wire story.

``scan`` gives the result of a corpus as Arrow tables, ``dedup`` a table without its copies, ``compare`` what two articles
are to one another, and ``check`` fails a test where a corpus has copies.
"""

from __future__ import annotations

from wirecopy import errors
from wirecopy._check import check
from wirecopy._compare import Comparison, Passage, compare
from wirecopy._core import __version__
from wirecopy._dedup import dedup
from wirecopy._scan import Result, scan
from wirecopy._settings import Settings
from wirecopy._table import Table
from wirecopy.errors import DuplicatesFound, InputError, OutputError, SettingError, WirecopyError

__all__ = [
    "Comparison",
    "DuplicatesFound",
    "InputError",
    "OutputError",
    "Passage",
    "Result",
    "SettingError",
    "Settings",
    "Table",
    "WirecopyError",
    "__version__",
    "check",
    "compare",
    "dedup",
    "errors",
    "scan",
]
