"""Why a call failed: one family of exceptions, with the words of the program."""

from __future__ import annotations

from typing import Any, Optional


class WirecopyError(Exception):
    """Something that could not be done. ``hint`` says what to do about it, where that is known.

    >>> import wirecopy
    >>> try:
    ...     wirecopy.scan("articles.jsonl", near={"thresold": 0.7})
    ... except wirecopy.WirecopyError as error:
    ...     print(error)
    unknown key thresold; did you mean threshold?
    """

    hint: Optional[str]

    def __init__(self, message: str, hint: Optional[str] = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}; {self.hint}"


class SettingError(WirecopyError, ValueError):
    """A setting that is not known, or a value that it cannot have."""


class InputError(WirecopyError, ValueError):
    """An input that cannot be read, or that has no article."""


class OutputError(WirecopyError, OSError):
    """A file or folder that cannot be written."""

    # The constructor of OSError reads a number from its arguments.
    def __new__(cls, message: str, hint: Optional[str] = None) -> OutputError:
        return super().__new__(cls, message)


class DuplicatesFound(WirecopyError, AssertionError):
    """What ``check`` raises: the corpus has pairs that must not be there. ``findings`` has them."""

    def __init__(self, message: str, findings: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.findings = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.findings)
