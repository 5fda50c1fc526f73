"""A yearly renewal and another device: every sign of the first, to its very edge, and each of them missing once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from enphase_tray.gateway.pin import as_fingerprint, is_expected_renewal
from enphase_tray.model.identity import CertificateFacts, Pin

NOW = datetime(2026, 6, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NAME = "CN=envoy-123456789012"
OLD = CertificateFacts("ab" * 32, "cd" * 32, NAME, NAME, NOW - 300 * DAY, NOW + 65 * DAY)
PIN = Pin("123456789012", OLD, NOW - 299 * DAY, "user", NOW - timedelta(hours=3))
NEW = CertificateFacts("ef" * 32, "01" * 32, NAME, NAME, NOW - timedelta(hours=1), NOW + 365 * DAY - timedelta(hours=1))


def _shown(**changes: Any) -> CertificateFacts:
    return replace(NEW, **changes)


def _from(begin: datetime) -> CertificateFacts:
    return _shown(not_before=begin, not_after=begin + 365 * DAY)


def test_a_renewal_is_recognised() -> None:
    assert is_expected_renewal(PIN, NEW, NOW)


@pytest.mark.parametrize(
    "shown",
    [
        _shown(subject="CN=printer"),
        _shown(issuer="CN=authority"),
        _shown(subject="", issuer=""),
        _from(NOW + DAY + SECOND),
        _from(NOW - timedelta(hours=3) - DAY - SECOND),
        _shown(not_after=NEW.not_before + 438 * DAY + SECOND),
        _shown(not_after=NEW.not_before + 292 * DAY - SECOND),
    ],
    ids=["subject", "issuer", "no names", "from the future", "made long ago", "lives longer", "lives shorter"],
)
def test_each_sign_that_is_missing_makes_it_another_device(shown: CertificateFacts) -> None:
    assert not is_expected_renewal(PIN, shown, NOW)


@pytest.mark.parametrize(
    "shown",
    [
        _from(NOW + DAY),
        _from(NOW - timedelta(hours=3) - DAY),
        _shown(not_after=NEW.not_before + 438 * DAY),
        _shown(not_after=NEW.not_before + 292 * DAY),
    ],
    ids=["one day ahead", "one day before the last contact", "a fifth longer", "a fifth shorter"],
)
def test_the_edges_still_count(shown: CertificateFacts) -> None:
    assert is_expected_renewal(PIN, shown, NOW)


@pytest.mark.parametrize(("days_left", "expected"), [(120, True), (119, True), (121, False), (-400, True)])
def test_it_is_expected_from_120_days_before_the_end_on(days_left: int, expected: bool) -> None:
    """Also long after: dates do not matter while the pin is the same, so an old one may have run out for years."""
    pin = replace(
        PIN, certificate=replace(OLD, not_before=NOW + (days_left - 365) * DAY, not_after=NOW + days_left * DAY)
    )
    assert is_expected_renewal(pin, NEW, NOW) is expected


def test_without_a_contact_the_day_of_the_pin_counts() -> None:
    pin = replace(PIN, last_good_at=None)
    assert is_expected_renewal(pin, _from(pin.pinned_at), NOW)
    assert not is_expected_renewal(pin, _from(pin.pinned_at - 2 * DAY), NOW)
    assert not is_expected_renewal(PIN, _from(pin.pinned_at), NOW), "the last contact is later than the pin"


def test_unparsable_certificates_are_never_a_renewal() -> None:
    nameless = replace(OLD, subject="", issuer="")
    assert not is_expected_renewal(replace(PIN, certificate=nameless), _shown(subject="", issuer=""), NOW)


def test_fingerprints_have_exactly_64_digits() -> None:
    assert as_fingerprint("sha256:" + "Ab" * 32) == "ab" * 32
    assert [as_fingerprint("ab" * length) for length in (31, 33)] == [None, None]
