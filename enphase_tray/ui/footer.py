"""The line at the foot of the window: gateway, firmware, and how long the token is good."""

from datetime import timedelta

from enphase_tray.ui.header import Shown
from enphase_tray.ui.text import clean


def footer_words(shown: Shown) -> str:
    """What is known of the gateway; empty before it was first read."""
    snapshot = shown.snapshot
    if shown.result is None or snapshot is None:
        return ""
    gateway = snapshot.gateway
    parts = [f"Gateway {clean(gateway.serial, 40)}", f"firmware {clean(str(gateway.firmware), 40)}"]
    expires = None if shown.result.token is None else shown.result.token.expires_at
    if expires is not None:
        left = expires - shown.now
        parts.append("token has expired" if left <= timedelta() else f"token: {_left(left)} left")
    return " · ".join(parts)


def _left(left: timedelta) -> str:
    if left.days >= 2:
        return f"{left.days} days"
    return f"{max(1, round(left.total_seconds() / 3600))} h"
