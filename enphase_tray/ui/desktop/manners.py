"""What the computer does beneath the program: it sleeps, loses its network, has its clock set and screens unplugged."""

from PySide6.QtCore import QObject

from enphase_tray.ui.desktop.clock_watch import ClockWatch
from enphase_tray.ui.desktop.network import NetworkWatch
from enphase_tray.ui.desktop.power import SleepWatch
from enphase_tray.ui.desktop.screens import ScreenWatch
from enphase_tray.ui.polling.live import Live


class Manners(QObject):
    """Each of these asks for one poll a little later, for the network needs a while; several at once are still one."""

    def __init__(self, live: Live, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = ClockWatch(live.clock, self)
        self._live = live
        self._sleep = SleepWatch(self)
        self._network = NetworkWatch(self)
        self._screens = ScreenWatch(self)
        # A poll that has just been needs no other one to catch up.
        live.result.connect(self.clock.accept)

    def start(self) -> None:
        """Begin to listen to all of it."""
        self._sleep.woke.connect(self.clock.accept)
        for signal in (self._sleep.woke, self._network.back, self.clock.jumped):
            signal.connect(self._live.resumed)
        self._sleep.start()
        self._network.start()
        self._screens.start()
