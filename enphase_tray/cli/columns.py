"""What `export` can give, and the columns it gives it in: part of the terminal contract, told by `--help`.

A column may be added at the end; a change of meaning would be another name.
"""

import textwrap
from typing import Final

_PLACE_AND_TIME = ("gateway", "time_utc", "time_local")
_PLACE_AND_DAY = ("gateway", "day", "start_utc", "end_utc")

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "power": (*_PLACE_AND_TIME, "production_watts", "consumption_watts", "net_watts"),
    "inverters": (*_PLACE_AND_TIME, "serial", "watts"),
    "days": (
        *_PLACE_AND_DAY,
        "production_watt_hours",
        "production_provenance",
        "consumption_watt_hours",
        "consumption_provenance",
        "imported_watt_hours",
        "imported_provenance",
        "exported_watt_hours",
        "exported_provenance",
    ),
    "inverter-days": (*_PLACE_AND_DAY, "serial", "watt_hours", "provenance"),
    "events": ("time_utc", "time_local", "kind", "rule", "severity", "serials", "title", "body"),
}
"""Column names by what is exported, in their order."""

_NOTES = """\
Days are those of the gateway's own time zone; times are in UTC and on its clocks. Powers are W (net: import
positive), energies Wh. What is unknown is empty. The provenance of an energy is measured, derived (the gateway's own
figure fills a part that was not watched), back-filled (told by the gateway afterwards) or estimated."""


def columns_help() -> str:
    """The columns and what is in them, as `export --help` ends."""
    lines = (
        textwrap.fill(", ".join(columns), 100, initial_indent=f"  {what}: ", subsequent_indent="      ")
        for what, columns in COLUMNS.items()
    )
    return "\n".join(("columns:", *lines, "", _NOTES))
