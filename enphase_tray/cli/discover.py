"""`discover`: gateways announced on the network."""

import argparse

from enphase_tray.cli import output
from enphase_tray.gateway.discovery import discover as look


def discover(options: argparse.Namespace) -> int:
    """List what is announced within `--seconds`."""
    found = look(options.seconds)
    if options.json:
        output.print_json(
            {
                "schema": output.SCHEMA,
                "gateways": [
                    {
                        "serial": gateway.serial,
                        "name": gateway.name,
                        "addresses": list(gateway.addresses),
                        "port": gateway.port,
                        "firmware": None if gateway.firmware is None else str(gateway.firmware),
                    }
                    for gateway in found
                ],
            }
        )
    elif not found:
        output.print_line("No gateway is announced on this network. Name its address with --host.")
    else:
        output.print_table(
            [("Serial", "Address", "Firmware")]
            + [(gateway.serial, ", ".join(gateway.addresses), str(gateway.firmware or "unknown")) for gateway in found]
        )
    return 0
