"""From settings and secrets to the description of a connection, and from typed text to its parts."""

from enphase_tray.model.connection import CloudAccount, Connection, GatewayVersion, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.settings.settings import GatewaySettings


def connection_of(
    gateway: GatewaySettings,
    *,
    password: Secret | None = None,
    token: Secret | None = None,
    cloud_password: Secret | None = None,
) -> Connection:
    """The connection that a gateway's settings and its secrets describe."""
    host, port = split_host(gateway.host)
    cloud = None
    if gateway.auto_jwt and gateway.cloud_username and gateway.version is not GatewayVersion.BELOW_7:
        cloud = CloudAccount(gateway.cloud_username, cloud_password, gateway.site_name or None)
    return Connection(
        serial=gateway.serial or None,
        host=host,
        port=port,
        version=gateway.version,
        username=gateway.username or None,
        password=password,
        token=token,
        cloud=cloud,
    )


def split_host(text: str) -> tuple[str | None, int | None]:
    """`HOST`, `HOST:PORT`, `[V6]:PORT` or a bare IPv6 address, as host and port (`None` where not given)."""
    text = text.strip()
    if text.startswith("[") and "]" in text:
        host, _, rest = text[1:].partition("]")
        return host, _port(rest.removeprefix(":"))
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host or None, _port(port)
    return text or None, None


def trust_of(first_use: bool = False, fingerprint: str | None = None) -> Trust:
    """A trust policy with its fingerprint in plain lower-case hex, however it was written."""
    return Trust(first_use, None if fingerprint is None else fingerprint.replace(":", "").strip().lower())


def _port(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else None
