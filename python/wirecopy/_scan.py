"""A scan and its result."""

from __future__ import annotations

import json
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from wirecopy import _core
from wirecopy._settings import PathLike, called
from wirecopy._source import source as read
from wirecopy._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from wirecopy._settings import Options


def scan(source: Any, *, texts: bool = True, **given: Unpack[Options]) -> Result:
    """Finds the stories of a corpus.

    ``source`` is a path or several paths, as for the program; or a table: anything with the Arrow interface, such as a frame
    of polars or pandas, a table of pyarrow, a relation of DuckDB or a data set of ``datasets``; or an iterator of batches. Columns are found by their
    names, as in a file.

    Other keyword arguments are settings by the names of ``wirecopy.toml``, one dictionary a section, such as
    ``near={"threshold": 0.7}``; and how the scan is run:

    - ``texts``: keep the texts of articles in stories, which ``report.html`` shows.
    - ``config``: a file of settings. None is looked for.
    - ``memory``: what is held in memory, such as ``"512MiB"``; 4 GiB by default. The rest goes to temporary files.
    - ``threads``: one for each processor by default.
    - ``temp_dir``: the folder for temporary files.
    - ``progress``: a function that is called with a stage, how much of it is done, and how much there is to do, if that is
      known. True shows bars, where tqdm is installed.

    Ctrl-C stops it.

    >>> import wirecopy
    >>> result = wirecopy.scan("data/corpus/es.jsonl", relate={"relations": ["identical", "near_duplicate"]})
    >>> result
    <wirecopy.Result: 33 articles, 5 stories of 11 articles, 7 links, 6 near-duplicates to drop>
    """
    with called(given) as call:
        return Result(_core.scan(read(source), call, texts, None))


class Result:
    """What a scan has found.

    The tables are those that the program writes, with the same columns; each is made when it is first asked for.

    >>> import wirecopy
    >>> result = wirecopy.scan("data/corpus/es.jsonl")
    >>> len(result.members), len(result.rejects)
    (33, 0)
    >>> result.manifest["counts"]["stories"]
    6
    """

    def __init__(self, core: _core.Scan) -> None:
        self._core = core

    @cached_property
    def members(self) -> Table:
        """One row per article: its story, its relation to others, and whether a corpus without copies keeps it."""
        return self._table("members")

    @cached_property
    def pairs(self) -> Table:
        """One row per pair that was compared and has a relation, with the evidence."""
        return self._table("pairs")

    @cached_property
    def stories(self) -> Table:
        """One row per story, the largest first."""
        return self._table("stories")

    @cached_property
    def outlets(self) -> Table:
        """One row per outlet: how much of it is its own."""
        return self._table("outlets")

    @cached_property
    def passages(self) -> Table:
        """One row per passage that several articles carry."""
        return self._table("passages")

    @cached_property
    def rejects(self) -> Table:
        """One row per record that is no article, with the reason."""
        return self._table("rejects")

    def _table(self, name: str) -> Table:
        return Table(self._core.table(name))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Settings, counts and timings, as ``manifest.json`` has them."""
        manifest: dict[str, Any] = json.loads(self._core.manifest())
        return manifest

    def report(self, path: PathLike, *, force: bool = False) -> None:
        """Writes a report: the ending of ``path`` says whether as HTML, Markdown (``.md``) or GraphML.

        ``force`` replaces an earlier one.

        >>> import pathlib, tempfile, wirecopy
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> wirecopy.scan("data/corpus/es.jsonl").report(folder / "report.html")
        >>> (folder / "report.html").exists()
        True
        """
        self._core.report(path, force)

    def write(
        self, folder: PathLike, *, table_format: Literal["jsonl", "csv", "parquet"] = "jsonl", force: bool = False
    ) -> None:
        """Writes what the program writes with ``--out``: tables, lists, ``report.html`` and the manifest.

        The folder must be empty or not there; ``force`` replaces an earlier output.

        >>> import pathlib, tempfile, wirecopy
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> wirecopy.scan("data/corpus/es.jsonl").write(folder, table_format="parquet")
        >>> (folder / "members.parquet").exists()
        True
        """
        self._core.write(folder, table_format, force)

    def summary(self, stories: int = 4) -> str:
        """The summary that the program prints, with the largest stories.

        >>> import wirecopy
        >>> print(wirecopy.scan("data/corpus/es.jsonl").summary().splitlines()[0])
        33 articles
        """
        return self._core.summary(stories)

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        return (
            f"<wirecopy.Result: {_count(counts['articles'], 'article', 'articles')}, "
            f"{_count(counts['stories'], 'story', 'stories')} of "
            f"{_count(counts['articles_in_stories'], 'article', 'articles')}, "
            f"{_count(counts['links'], 'link', 'links')}, "
            f"{_count(counts['dropped'], 'near-duplicate', 'near-duplicates')} to drop>"
        )

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """The largest stories, for a notebook."""
        cells = ("story", "articles", "outlets", "first published", "agency")
        head = "".join(f"<th>{cell}</th>" for cell in cells)
        rows = "".join(_row(story) for story in self.stories.head(10))
        more = len(self.stories) - 10
        rest = f"<p>and {_count(more, 'more story', 'more stories')}</p>" if more > 0 else ""
        return (
            f"<p>{escape(repr(self)[1:-1].partition(': ')[2])}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}"
        )


def _row(story: dict[str, Any]) -> str:
    shown = (
        story["title"] or story["story_id"],
        story["size"],
        len(story["sources"]),
        (story["first_published"] or "")[:10],
        story["agency"] or "",
    )
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in shown) + "</tr>"


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
