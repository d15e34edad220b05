"""What two articles are to one another."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Optional, Tuple, Union

from wirecopy import _core
from wirecopy._settings import called

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._settings import Options


@dataclass(frozen=True)
class Passage:
    """A run of words that both articles have. Positions are characters of their texts, from 0: ``text[start:end]``."""

    a: Tuple[int, int]
    b: Tuple[int, int]
    text: str
    tokens: int
    bits: float


@dataclass(frozen=True)
class Comparison:
    """What two articles are to one another, and what proves it.

    ``relation`` is none if they share nothing of note; ``links`` says whether the relation joins them in one story.
    ``probability`` is that of reuse, and none where only whole texts are compared. ``details`` has all figures, as
    ``wirecopy compare --format json`` prints them.
    """

    relation: Optional[str]
    direction: Optional[str]
    links: bool
    probability: Optional[float]
    rule: str
    jaccard: float
    passages: Tuple[Passage, ...] = field(repr=False)
    details: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def spans(self) -> Tuple[Tuple[Tuple[int, int], Tuple[int, int]], ...]:
        """Where the shared passages stand in both texts, in characters."""
        return tuple((passage.a, passage.b) for passage in self.passages)


Article = Union[str, Mapping[str, Any]]


def compare(a: Article, b: Article, **given: Unpack[Options]) -> Comparison:
    """Compares two articles, each a text or a record with the fields of a corpus.

    Two articles alone do not show which words are rare, or which lines an outlet always prints; a scan does. Keyword arguments
    are those of ``scan``.

    >>> import wirecopy
    >>> wire = (
    ...     "A ferry carrying 148 people ran onto a reef in fog early on Tuesday, and all were brought ashore by lifeboats "
    ...     "and fishing boats within three hours. The vessel struck a chain of rocks marked by a single unlit beacon."
    ... )
    >>> compared = wirecopy.compare(wire, "Nobody was surprised. " + wire)
    >>> compared.relation, compared.links
    ('near_duplicate', True)
    >>> (start, end), _ = compared.spans[0]
    >>> wire[start:end][:29]
    'A ferry carrying 148 people r'
    """
    with called(given) as call:
        text, a_text, b_text = _core.compare(a, b, call)
    details = json.loads(text)
    in_a, in_b = _Characters(a_text), _Characters(b_text)
    passages = tuple(
        Passage(in_a.span(shared["a"]), in_b.span(shared["b"]), shared["text"], shared["tokens"], shared["bits"])
        for shared in details["passages"]
    )
    return Comparison(
        relation=details["relation"],
        direction=details["direction"],
        links=details["links"],
        probability=details["probability"],
        rule=details["rule"],
        jaccard=details["jaccard"],
        passages=passages,
        details=details,
    )


class _Characters:
    """Places in a text: of its bytes, as the library counts, those of its characters."""

    def __init__(self, text: str) -> None:
        self._bytes = None if text.isascii() else text.encode()

    def span(self, ends: Any) -> Tuple[int, int]:
        start, end = (ends["start"], ends["end"]) if isinstance(ends, dict) else ends
        return self._place(start), self._place(end)

    def _place(self, byte: int) -> int:
        return byte if self._bytes is None else len(self._bytes[:byte].decode())
