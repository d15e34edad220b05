"""A gate for tests: a corpus must not have copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wirecopy import _core
from wirecopy._settings import called
from wirecopy._source import source as read
from wirecopy.errors import DuplicatesFound

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._settings import Options


def check(source: Any, **given: Unpack[Options]) -> dict[str, Any]:
    """Raises ``DuplicatesFound`` if a corpus has pairs that must not be there: by default, identical texts and
    near-duplicates.

    In a test it is the assertion. ``check={"fail_on": [...], "baseline": ...}`` sets what fails and what is known; other
    keyword arguments are those of ``scan``. A baseline by its usual name, ``.wirecopy-baseline.json``, is read where it
    exists. The outcome is a dictionary, as ``wirecopy check --output json`` prints it.

    >>> import wirecopy
    >>> try:
    ...     wirecopy.check("data/corpus/es.jsonl")
    ... except wirecopy.DuplicatesFound as found:
    ...     print(len(found.findings), found.findings[0]["relation"])
    13 near-duplicate
    """
    with called(given) as call:
        passed, text, outcome = _core.check(read(source), call)
    known: dict[str, Any] = json.loads(outcome)
    if not passed:
        raise DuplicatesFound(text.rstrip(), known["findings"])
    return known
