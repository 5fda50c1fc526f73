"""The line at the foot of the window: gateway, firmware, and how long the token is good."""

from datetime import timedelta

from enphase_tray.model.language import tr, trn
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.text import clean


def footer_words(shown: Shown) -> str:
    """What is known of the gateway; empty before it was first read."""
    snapshot = shown.snapshot
    if shown.result is None or snapshot is None:
        return ""
    gateway = snapshot.gateway
    parts = [
        tr("Gateway {serial}", serial=clean(gateway.serial, 40)),
        tr("firmware {firmware}", firmware=clean(str(gateway.firmware), 40)),
    ]
    expires = None if shown.result.token is None else shown.result.token.expires_at
    if expires is not None:
        left = expires - shown.now
        parts.append(tr("token has expired") if left <= timedelta() else tr("token: {left} left", left=_left(left)))
    return " · ".join(parts)


def _left(left: timedelta) -> str:
    if left.days >= 2:
        return trn("{count} day", "{count} days", left.days)
    return tr("{hours} h", hours=max(1, round(left.total_seconds() / 3600)))
