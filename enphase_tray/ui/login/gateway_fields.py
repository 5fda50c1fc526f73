"""Which gateway: chosen from those that were found, or typed."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from enphase_tray.model.identity import Family, FoundGateway
from enphase_tray.model.language import tr
from enphase_tray.settings.settings import GatewaySettings
from enphase_tray.settings.validate import check_host, check_serial
from enphase_tray.ui.login.login_fields import add_row, form_layout, marked
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Field, Label, Role, button, column, row
from enphase_tray.ui.polling.live import Live

_SECONDS = 4.0
_PATIENCE_MS = 12_000
_FIRST_WITH_TOKENS = 7
_USUAL_PORTS = {80, 443}


class FoundList(QWidget):
    """Gateways announced in the network."""

    chosen = Signal(object)
    """A FoundGateway."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self.gateways: tuple[FoundGateway, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Gateways found in your network"))
        self.list.setMinimumHeight(to_font(18 * GRID))
        self.list.setMaximumHeight(to_font(32 * GRID))
        self.state = Label("", Role.NOTE, wrap=True)
        self.again = button(tr("Loo&k again"))
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._over)
        body = column(self, 0, 2 * GRID)
        body.addWidget(self.list)
        line = row()
        line.addWidget(self.state, 1)
        line.addWidget(self.again)
        body.addLayout(line)
        self.again.clicked.connect(self.look)
        self.list.currentRowChanged.connect(self._picked)
        live.found.connect(self._found)

    @Slot()
    def look(self) -> None:
        """Search anew."""
        self.again.setEnabled(False)
        self.state.say(tr("Looking for gateways in your network…"))
        self._patience.start(_PATIENCE_MS)
        self._live.discover(_SECONDS)

    @Slot(object)
    def _found(self, gateways: Sequence[FoundGateway]) -> None:
        chosen = self.current()
        self._over()
        self.gateways = tuple(gateways)
        self.list.blockSignals(True)
        self.list.clear()
        for gateway in self.gateways:
            QListWidgetItem(_words(gateway), self.list)
        self.list.blockSignals(False)
        if not self.gateways:
            self.state.say(tr("No gateway answered. Type its serial number and address, or look again."))
            return
        count = len(self.gateways)
        self.state.say(
            tr("One gateway found.") if count == 1 else tr("{count} gateways found; which one is yours?", count=count)
        )
        same = [place for place, g in enumerate(self.gateways) if chosen is not None and g.serial == chosen.serial]
        self.list.setCurrentRow(same[0] if same else 0 if count == 1 else -1)

    def current(self) -> FoundGateway | None:
        """The chosen one."""
        place = self.list.currentRow()
        return self.gateways[place] if 0 <= place < len(self.gateways) else None

    @Slot()
    def _over(self) -> None:
        self._patience.stop()
        self.again.setEnabled(True)
        if not self.gateways:
            self.state.say(tr("Nothing has been found so far."))

    @Slot(int)
    def _picked(self, _place: int) -> None:
        gateway = self.current()
        if gateway is not None:
            self.chosen.emit(gateway)


class GatewayFields(QWidget):
    """Serial number and host name, filled in from a found gateway or by hand."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._serial_line, self._host_line = QLineEdit(), QLineEdit()
        self._serial_line.setPlaceholderText(tr("12 digits, on the gateway's label"))
        self._host_line.setPlaceholderText(tr("found by itself if empty"))
        self.serial = Field(self._serial_line, tr("Serial number of the gateway"))
        self.host = Field(self._host_line, tr("Host name or address of the gateway"))
        self.form = form_layout(self)
        add_row(self.form, tr("Serial nu&mber"), self.serial)
        add_row(self.form, tr("&Host name"), self.host)
        self.serial.edited.connect(self.edited)
        self.host.edited.connect(self.edited)

    def load(self, gateway: GatewaySettings) -> None:
        """Show what is set."""
        self._serial_line.setText(gateway.serial)
        self._host_line.setText(gateway.host)

    def put_serial(self, serial: str) -> None:
        """Fill in a serial number that the gateway told."""
        self._serial_line.setText(clean(serial, 40))

    def take(self, gateway: FoundGateway) -> None:
        """Fill in a found gateway. The host stays empty: by its serial it is found again when its address changes."""
        self._serial_line.setText(clean(gateway.serial, 40))
        address = gateway.addresses[0] if gateway.addresses else ""
        self._host_line.setText(f"{_bracketed(address)}:{gateway.port}" if gateway.port not in _USUAL_PORTS else "")
        self._host_line.setPlaceholderText(
            tr("found by itself (now {address})", address=clean(address, 60)) if address else ""
        )

    def check(self, *, serial_required: bool = True) -> list[Field]:
        """Mark what is wrong and return those fields."""
        serial = check_serial(self.serial.text)
        if not self.serial.text and (serial_required or not self.host.text):
            serial = tr("Type the serial number: 12 digits on the gateway's label and in the Enphase app.")
        return marked(((self.serial, serial), (self.host, check_host(self.host.text))))


def family_of(gateway: FoundGateway | None) -> Family | None:
    """The family of a found gateway, where it announced its firmware."""
    major = None if gateway is None or gateway.firmware is None else gateway.firmware.major
    if major is None:
        return None
    return Family.TOKEN if major >= _FIRST_WITH_TOKENS else Family.DIGEST


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _words(gateway: FoundGateway) -> str:
    parts = [f"{clean(gateway.name, 30) or tr('Gateway')} {clean(gateway.serial, 40)}".strip()]
    if gateway.addresses:
        parts.append(tr("at {address}", address=clean(gateway.addresses[0], 60)))
    if gateway.firmware is not None:
        parts.append(tr("firmware {firmware}", firmware=clean(str(gateway.firmware), 40)))
    return ", ".join(parts)
