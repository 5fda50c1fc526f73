"""`/production` of firmware 3: a web page with a table, the only source where there is no JSON at all."""

import re

from enphase_tray.gateway.endpoint import DIGEST_ONLY, Endpoint
from enphase_tray.gateway.parts import Figures
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr

_ROW = re.compile(
    r"<td[^>]*>\s*(Currently|Today|Past Week|Since Installation)\s*</td>\s*"
    r"<td[^>]*>\s*(-?\d[\d,]{0,15}(?:\.\d{1,6})?)\s*(?:&nbsp;)?\s*([kMG]?)(Wh?)\s*</td>",
    re.IGNORECASE,
)
_FACTORS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_LONGEST_PAGE = 200_000


def parse(body: bytes) -> Figures:
    """W and Wh from the table (three significant digits). Raises `NotUnderstood` if there is no such table."""
    page = body[:_LONGEST_PAGE].decode("utf-8", errors="replace")
    found: dict[str, float] = {}
    for name, digits, prefix, unit in _ROW.findall(page):
        row = name.lower()
        if (unit.lower() == "w") == (row == "currently"):
            # Rounded: 53.6 times a thousand is 53600, not 53600.00000000001.
            found.setdefault(row, round(float(digits.replace(",", "")) * _FACTORS[prefix.lower()], 3))
    if not found:
        raise NotUnderstood(
            tr("The production page has no table of figures"), tr("Report the gateway's firmware version")
        )
    return Figures(
        watts_now=found.get("currently"),
        today=found.get("today"),
        seven_days=found.get("past week"),
        lifetime=found.get("since installation"),
    )


ENDPOINT = Endpoint(
    name="page",
    path="/production",
    title=mark("production page"),
    every_seconds=300,
    parse=parse,
    families=DIGEST_ONLY,
    until=(4,),
)
