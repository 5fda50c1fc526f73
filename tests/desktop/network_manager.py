"""A NetworkManager that only tells of its state: disconnected at SIGUSR1, connected again at SIGUSR2.

Run as `python -m tests.desktop.network_manager` on the bus that the program takes for the system's.
"""

import asyncio
import os
import signal

from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface
from dbus_fast.service import signal as bus_signal

CONNECTED, CONNECTING, DISCONNECTED = 70, 40, 20


class NetworkManager(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.freedesktop.NetworkManager")

    @bus_signal()
    def StateChanged(self, state: int) -> "u":  # noqa: F821 - a type of D-Bus
        return state

    def connect(self) -> None:
        self.StateChanged(CONNECTING)
        self.StateChanged(CONNECTED)


async def main() -> None:
    bus = await MessageBus(bus_address=os.environ["DBUS_SESSION_BUS_ADDRESS"]).connect()
    manager = NetworkManager()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, manager.StateChanged, DISCONNECTED)
    loop.add_signal_handler(signal.SIGUSR2, manager.connect)
    bus.export("/org/freedesktop/NetworkManager", manager)
    await bus.request_name("org.freedesktop.NetworkManager")
    print("ready", flush=True)
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main())
