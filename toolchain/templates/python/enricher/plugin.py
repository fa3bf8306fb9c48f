"""{{name}}: hides the digits of attached data under configured keys, all but the last four.

Configuration: {"keys": ["CreditCard"]}
"""

import json
from typing import List

import wit_world
from componentize_py_types import Err
from wit_world.imports.rows import GUserdataHistory, TableRows, TableRows_GUserdataHistory
from wit_world.imports.types import Enriched, EnricherDescription, Lane

#: Digits that stay readable.
SHOWN = 4


def mask(value: str) -> str:
    """Replaces the digits of a value by `*`, all but the last few."""
    hidden = sum(c in "0123456789" for c in value) - SHOWN
    masked = []
    for c in value:
        if c in "0123456789" and hidden > 0:
            c, hidden = "*", hidden - 1
        masked.append(c)
    return "".join(masked)


class WitWorld(wit_world.WitWorld):
    """The plugin: one instance serves one lane."""

    def __init__(self) -> None:
        self.keys: List[str] = []

    def describe(self) -> EnricherDescription:
        return EnricherDescription(
            name="{{name}}",
            version="0.1.0",
            state_version=0,
            sees=["G_USERDATA_HISTORY"],
            adds=[],
            # No such event: none is wanted but those that made rows which it sees.
            events=["-"],
            custom=[],
        )

    def open(self, lane: Lane, config: str) -> None:
        options = json.loads(config or "{}")
        keys = options.pop("keys", [])
        if options:
            raise Err(f"unknown options: {', '.join(sorted(options))}; there is `keys`")
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise Err("`keys` must be a list of texts")
        self.keys = keys

    def enrich(self, batch: bytes, tables: List[TableRows]) -> Enriched:
        for table in tables:
            if isinstance(table, TableRows_GUserdataHistory):
                for row in table.value:
                    self.row(row)
        return Enriched(tables, custom=[])

    def row(self, row: GUserdataHistory) -> None:
        if row.keyname in self.keys and row.value is not None:
            row.value = mask(row.value)

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state_version: int, state: bytes) -> None:
        pass
