"""The JSON form of what a look at the whole history found."""

from datetime import UTC, datetime
from typing import Any

from enphase_tray.model.history import EpochCheck, HistoryCheck, SiteCheck


def check_to_json(found: HistoryCheck) -> dict[str, Any]:
    """All that was found; times are UTC, energies Wh."""
    return {
        "whole": not found.problems,
        "problems": list(found.problems),
        "bytes": found.size,
        "bytes_per_sample": found.bytes_per_sample,
        "sites": [_site(site) for site in found.sites],
    }


def _site(site: SiteCheck) -> dict[str, Any]:
    gaps = site.gaps
    return {
        "gateway": site.serial,
        "first_at": _moment(site.first_at),
        "last_at": _moment(site.last_at),
        "days": site.days,
        "readings": site.readings,
        "inverters": site.inverters,
        "samples": site.samples,
        "gaps": {
            "usual_seconds": gaps.usual,
            "count": gaps.count,
            "total_seconds": gaps.total,
            "longest_seconds": gaps.longest,
        },
        "shares": {source.word: share for source, share in site.shares.items()},
        "rejections": dict(site.rejections),
        "counters": [
            {"quantity": chain.quantity, "source": chain.source, "epochs": [_epoch(epoch) for epoch in chain.epochs]}
            for chain in site.chains
        ],
    }


def _epoch(epoch: EpochCheck) -> dict[str, Any]:
    return {
        "number": epoch.number,
        "opened_at": _moment(epoch.opened_at),
        "latest_at": _moment(epoch.latest_at),
        "opening_watt_hours": epoch.opening,
        "latest_watt_hours": epoch.latest,
        "wraps": epoch.wraps,
        "counted_watt_hours": epoch.counted,
        "booked_watt_hours": epoch.booked,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
