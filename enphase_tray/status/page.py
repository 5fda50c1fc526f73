"""The frame of every HTML page that the program writes: its own style, nothing fetched, nothing run."""

from collections.abc import Iterable

from enphase_tray.model.language import code
from enphase_tray.status.html import Html, element

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Even if markup ever slipped in, a browser would neither run nor fetch anything for it."""
_STYLE = Html(
    """
@page { margin: 11mm; }
:root { color-scheme: light; }
body { font: 10.5pt/1.4 system-ui, sans-serif; color: #1d2329; background: #fff; margin: 0 auto; padding: 8mm;
  max-width: 178mm; }
h1 { font-size: 16pt; margin: 0 0 2mm; }
h2 { font-size: 11.5pt; margin: 5mm 0 1mm; border-bottom: 1px solid #d9dde2; }
p { margin: 1mm 0; overflow-wrap: anywhere; }
.verdict { font-size: 12pt; }
figure { margin: 2mm 0; }
svg { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; }
th { text-align: left; font-weight: 600; color: #5c656e; white-space: nowrap; }
th, td { padding: 0.6mm 2mm 0.6mm 0; vertical-align: top; border-bottom: 1px solid #eceff2; overflow-wrap: anywhere; }
td.figure { white-space: nowrap; font-variant-numeric: tabular-nums; }
ul { margin: 1mm 0; padding-left: 5mm; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.5mm 4mm; margin: 1mm 0; }
dt { color: #5c656e; }
dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 5mm; font-size: 8pt; color: #5c656e; }
tr, li, figure, footer { break-inside: avoid; }
h2 { break-after: avoid; }
@media print {
  body { padding: 0; max-width: none; font-size: 9pt; line-height: 1.24; }
  h1 { font-size: 14pt; } h2 { margin-top: 3.5mm; } .verdict { font-size: 10.5pt; } table { font-size: 8.5pt; }
  th, td { padding-top: 0.3mm; padding-bottom: 0.3mm; } figure { max-width: 118mm; margin: 1mm 0; }
  footer { margin-top: 3mm; font-size: 7.5pt; }
}
"""
)


def page(title: str, body: Iterable[Html]) -> str:
    """A whole document around `body`."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width"),
        element("title", title),
        element("style", _STYLE),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', *body), lang=code())}\n"
