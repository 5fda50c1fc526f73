"""Tokens: which texts are one, what they say, and what speaks against sending them."""

from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.gateway.token import insist_usable, inspect_token, renewal_due, tidy_token
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import TokenExpired, TokenMissing, TokenWrongGateway
from enphase_tray.model.identity import TokenFacts
from enphase_tray.simulator.tokens import TokenMint

SERIAL = "123456789012"
NOW = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def mint(manual_clock: ManualClock) -> TokenMint:
    return TokenMint(manual_clock)


def facts(serial: str | None = SERIAL, expires_at: datetime | None = NOW + timedelta(days=300)) -> TokenFacts:
    return TokenFacts(serial, "owner", NOW, expires_at, "valid")


def test_pasted_text_is_tidied(mint: TokenMint) -> None:
    token = mint.token(SERIAL, "owner", None, 0.0)
    folded = f' "{token[:40]}\r\n  {token[40:]}" \n'
    assert tidy_token(folded).reveal() == token
    assert tidy_token(f"Bearer {token}").reveal() == token


@pytest.mark.parametrize(
    "text", ["", " \n", "<html>token</html>", "hello", "a.b", "a.b.c.d", "é.b.c", "eyJ.e yJ?.x", "x" * 9000 + ".a.b"]
)
def test_other_text_is_refused_and_not_echoed(text: str) -> None:
    with pytest.raises(TokenMissing) as caught:
        inspect_token(text)
    if len(text.strip()) > 3:
        assert text.strip()[:12] not in str(caught.value)


@pytest.mark.parametrize("text", ["aaaa.bbbb.cccc", "eyJhbGciOiJFUzI1NiJ9.W10.AAAA", "eyJhbGciOiJFUzI1NiJ9.eyJh.AAAA"])
def test_three_parts_of_nonsense_are_refused(text: str) -> None:
    with pytest.raises(TokenMissing) as caught:
        inspect_token(text)
    assert caught.value.__cause__ is None


def test_facts_are_read(mint: TokenMint) -> None:
    told = inspect_token(mint.token(SERIAL, "installer", 43200.0, 0.0))
    assert (told.serial, told.role) == (SERIAL, "installer")
    assert told.expires_at == NOW + timedelta(hours=12)
    assert told.signature == "invalid"  # not signed by Enphase


def test_signature_is_checked_against_the_issuer() -> None:
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    past = {"aud": SERIAL, "exp": 1700000000, "iat": 1690000000}
    token = jwt.encode(past, key, algorithm="ES256")
    assert inspect_token(token, public).signature == "valid"
    assert inspect_token(token[:-6] + "AAAAAA", public).signature == "invalid"
    assert inspect_token(jwt.encode(past, "k" * 32, algorithm="HS256"), public).signature == "invalid"


def test_usable_token_passes() -> None:
    insist_usable(facts(), SERIAL, NOW)


@pytest.mark.parametrize("serial", ["999999999999", "un-commissioned", None, "0123456789012", " 123456789012"])
def test_token_for_another_gateway_names_both(serial: str | None) -> None:
    with pytest.raises(TokenWrongGateway) as caught:
        insist_usable(facts(serial), SERIAL, NOW)
    assert SERIAL in str(caught.value)
    assert serial != "999999999999" or serial in caught.value.title


@pytest.mark.parametrize("expires_at", [NOW, NOW - timedelta(days=1), None])
def test_expired_token_is_refused(expires_at: datetime | None) -> None:
    with pytest.raises(TokenExpired):
        insist_usable(facts(expires_at=expires_at), SERIAL, NOW)


def test_renewal_is_due_by_role() -> None:
    assert not renewal_due(facts(expires_at=NOW + timedelta(days=31)), NOW)
    assert renewal_due(facts(expires_at=NOW + timedelta(days=29)), NOW)
    installer = TokenFacts(SERIAL, "installer", NOW, NOW + timedelta(hours=2), "valid")
    assert not renewal_due(installer, NOW)
    assert renewal_due(installer, NOW + timedelta(minutes=61))


@pytest.mark.parametrize(
    ("audience", "serial"),
    [
        (SERIAL, SERIAL), ([SERIAL], SERIAL), ("9" * 40, "9" * 40),
        ([SERIAL, "122000000001"], None), ([], None), ("9" * 41, None), (["9" * 41], None), ([7], None), (7, None),
        ({"0": SERIAL}, None), (None, None),
    ],
)  # fmt: skip
def test_only_one_audience_is_a_serial(audience: object, serial: str | None) -> None:
    import jwt

    token = jwt.encode({"aud": audience, "exp": 1900000000}, "k" * 32, algorithm="HS256")
    assert inspect_token(token).serial == serial
