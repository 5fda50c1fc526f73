"""HTTP Digest (RFC 7616, MD5 as gateways below firmware 7 use it): from a challenge to its answer."""

import hashlib
import re
import secrets
from dataclasses import dataclass

_PAIR = re.compile(r'(?:([\w-]+)\s+)?(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))', re.ASCII)
"""One parameter; the first one of a challenge has the scheme before it."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a gateway asks to be answered."""

    realm: str
    nonce: str
    opaque: str | None
    with_qop: bool
    stale: bool = False
    """The answer was right but for its nonce."""


def parse_challenge(header: str | None) -> Challenge | None:
    """The first challenge of `WWW-Authenticate` (several are joined by commas) that can be answered; `None` without."""
    if header is None or not (header.isascii() and header.isprintable()):
        return None
    offered: list[dict[str, str]] = []
    for scheme, key, quoted, bare in _PAIR.findall(header):
        if scheme or not offered:
            offered.append({"scheme": scheme.lower()})
        offered[-1][key.lower()] = quoted or bare
    return next(filter(None, map(_answerable, offered)), None)


def answer_challenge(challenge: Challenge, username: str, password: str, uri: str, count: int) -> str:
    """The `Authorization` header for GET `uri`; `count` is how often this nonce was answered, from 1."""
    user = "".join(letter for letter in username if letter.isprintable()).encode("utf-8").decode("latin-1")
    secret = _md5(f"{user}:{challenge.realm}:".encode("latin-1") + password.encode("utf-8"))
    question = _md5(f"GET:{uri}".encode())
    fields = {"username": user, "realm": challenge.realm, "nonce": challenge.nonce, "uri": uri}
    extra = ""
    if challenge.with_qop:
        own = secrets.token_hex(8)
        fields["response"] = _md5(f"{secret}:{challenge.nonce}:{count:08x}:{own}:auth:{question}".encode("latin-1"))
        fields["cnonce"] = own
        extra = f", qop=auth, nc={count:08x}"
    else:
        fields["response"] = _md5(f"{secret}:{challenge.nonce}:{question}".encode("latin-1"))
    if challenge.opaque is not None:
        fields["opaque"] = challenge.opaque
    quoted = ", ".join(f'{key}="{_escape(key, value)}"' for key, value in fields.items())
    return f"Digest {quoted}, algorithm=MD5{extra}"


def _answerable(fields: dict[str, str]) -> Challenge | None:
    if fields["scheme"] != "digest":
        return None
    qop = [word.strip().lower() for word in fields.get("qop", "").split(",") if word.strip()]
    if "nonce" not in fields or fields.get("algorithm", "MD5").upper() != "MD5" or (qop and "auth" not in qop):
        return None
    return Challenge(
        fields.get("realm", ""),
        fields["nonce"],
        fields.get("opaque"),
        bool(qop),
        fields.get("stale", "").lower() == "true",
    )


def _escape(key: str, value: str) -> str:
    # Realm, nonce and opaque go back as they came, escapes and all; only the user's own name needs escaping.
    return re.sub(r'(["\\])', r"\\\1", value) if key == "username" else value


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
