"""Rows of a scan's tables by what does not depend on the order of its input. `benches/spark/scan.py` compares by it, too."""

from __future__ import annotations

import json
from typing import Any

TABLES = ("members", "pairs", "stories", "outlets", "passages")


def comparable(table: str, given: dict[str, Any]) -> str:
    """A row as text."""
    row = dict(given)
    for name in ("path", "record", "direction", "a_spans", "b_spans"):
        row.pop(name, None)
    if table == "pairs" and row["a"] > row["b"]:
        for name in ("", "containment_", "prose_"):
            row[f"{name}a"], row[f"{name}b"] = row[f"{name}b"], row[f"{name}a"]
    if table == "passages":
        row["carriers"] = sorted(json.dumps(carrier, sort_keys=True) for carrier in row["carriers"])
    return json.dumps(row, sort_keys=True)
