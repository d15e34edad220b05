"""The program: ``wirecopy``, or ``python -m wirecopy``."""

from __future__ import annotations

import sys

from wirecopy import _core


def main() -> int:
    """Runs the program with the arguments of the process."""
    return _core.main(["wirecopy", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
