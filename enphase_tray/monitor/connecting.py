"""From settings and secrets to the description of a connection, and from typed text to its parts."""

from enphase_tray.gateway.address import split
from enphase_tray.model.connection import CloudAccount, Connection, GatewayVersion, Trust
from enphase_tray.model.errors import Unreachable
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
    """`HOST`, `HOST:PORT`, `[V6]:PORT` or a bare IPv6 address, as host and port (`None` where not given).

    What is none of these stays whole as the host: the gateway room refuses it when it is to be used.
    """
    text = text.strip()
    try:
        return split(text) if text else (None, None)
    except Unreachable:
        return text, None


def renewals_agreed(gateway: GatewaySettings, connection: Connection) -> bool:
    """Whether the user chose that yearly renewals of the certificate of this connection's gateway need no word."""
    return gateway.accept_expected_renewals and connection.serial in (None, gateway.serial)


def trust_of(first_use: bool = False, fingerprint: str | None = None) -> Trust:
    """A trust policy with its fingerprint in plain lower-case hex, however it was written."""
    return Trust(first_use, None if fingerprint is None else fingerprint.replace(":", "").strip().lower())
