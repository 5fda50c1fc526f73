"""Announcing a simulated gateway by mDNS, on the loopback interface only."""

import ipaddress
from typing import Any

SERVICE = "_enphase-envoy._tcp.local."


class Announcement:
    """An announcement that lasts until `close`. Port 80 is what real gateways announce; here it is the true port."""

    def __init__(self, serial: str, version: str, address: str, port: int, name: str = "envoy") -> None:
        """Blocks while the name is probed (under a second). Raises `OSError` where multicast does not work."""
        import zeroconf

        info = zeroconf.ServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            addresses=[ipaddress.ip_address(address).packed],
            port=port,
            properties={"serialnum": serial, "protovers": version, "txtvers": "1"},
            server=f"{name}.local.",
        )
        self._zeroconf: Any = zeroconf.Zeroconf(interfaces=[address])
        self._zeroconf.register_service(info, allow_name_change=True)

    def close(self) -> None:
        self._zeroconf.unregister_all_services()
        self._zeroconf.close()
