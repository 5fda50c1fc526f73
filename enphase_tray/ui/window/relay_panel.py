"""The card that is always in sight where there is something to tell: each relay with its lines, and batteries in brief.

What is open or not known stands above what is closed.
"""

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from enphase_tray.alerts.words import short
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import BatteryReading, RelayKind, RelayReading, RelayState, Snapshot
from enphase_tray.status.muting import mute_words
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.scrolling import DownScroll
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.wellness import flag_text, status_advice, status_text
from enphase_tray.ui.look.widgets import Card, ElidedLabel, Label, Role, button, column, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.mute_menu import add_actions, device, emptied

_KINDS = {
    RelayKind.IQ_RELAY: mark("Relay {serial}"),
    RelayKind.MAINS: mark("Mains relay {serial}"),
    RelayKind.COLLAR: mark("Meter collar {serial}"),
}
_MUTE = {
    RelayKind.IQ_RELAY: mark("Mute relay {serial}, or hear of it again"),
    RelayKind.MAINS: mark("Mute mains relay {serial}, or hear of it again"),
    RelayKind.COLLAR: mark("Mute meter collar {serial}, or hear of it again"),
}
_LINES = {
    True: mark("Line {number}: closed"),
    False: mark("Line {number}: open"),
    None: mark("Line {number}: not there, or not told"),
}
_STATES = {RelayState.CLOSED: mark("Closed"), RelayState.OPEN: mark("Open"), RelayState.UNKNOWN: mark("Not known")}
_WIDTH, _WIDEST = 46 * GRID, 70 * GRID
_MARKS = {RelayState.CLOSED: Mark.WELL, RelayState.OPEN: Mark.FAULT, RelayState.UNKNOWN: Mark.UNKNOWN}


class RelayBox(QWidget):
    """One relay."""

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        self._attention = attention
        self._serial = ""
        self.name = ElidedLabel(role=Role.TEXT)
        self.state = Label(role=Role.TITLE)
        self.since = Label(role=Role.NOTE, wrap=True)
        self.age = Label(role=Role.NOTE, wrap=True)
        self.words = Label(wrap=True)
        self.flags = Label(role=Role.NOTE, wrap=True)
        self.muted = Label(role=Role.NOTE, wrap=True)
        self.mute = button(tr("Mute"), Role.QUIET)
        self.menu = QMenu(self.mute)
        self.menu.aboutToShow.connect(self._fill)
        self.mute.setMenu(self.menu)
        self._mark = MarkWidget(size=16)
        self.lines = tuple(_LineMark(number) for number in (1, 2, 3))
        body = column(self, 0, GRID)
        head = row()
        head.addWidget(self._mark)
        head.addWidget(self.state, 1)
        head.addWidget(self.mute)
        body.addWidget(self.name)
        body.addLayout(head)
        wires = row(spacing=3 * GRID)
        for line in self.lines:
            wires.addWidget(line)
        wires.addStretch(1)
        body.addLayout(wires)
        for label in (self.since, self.muted, self.age, self.words, self.flags):
            body.addWidget(label)

    def show_relay(self, relay: RelayReading, since: datetime | None, shown: Shown) -> None:
        """Say all that is known of one relay."""
        self._serial = relay.serial
        self.name.say(tr(_KINDS[relay.kind], serial=clean(relay.serial)))
        self.mute.setAccessibleName(clean(tr(_MUTE[relay.kind], serial=relay.serial)))
        mutes = [mute_words(mute, shown.now, shown.wording) for mute in shown.mutes if mute.serial == relay.serial]
        said_muted = "; ".join(mutes)
        self.muted.say(f"{said_muted[:1].upper()}{said_muted[1:]}")
        self.muted.setVisible(bool(mutes))
        open_lines = relay.open_lines
        state = tr(_STATES[relay.relay])
        mark = _MARKS[relay.relay]
        if relay.relay is RelayState.CLOSED and open_lines:
            mark = Mark.FAULT
            state = tr("Line {lines} open", lines=", ".join(map(str, open_lines)))
        self.state.say(state)
        self._mark.set_mark(mark)
        for line, connected in zip(self.lines, relay.lines, strict=True):
            line.show_line(connected)
        told = relay.reason is not None and relay.reason.lower() not in {"ok", ""}
        self.since.say(tr("since {time}", time=shown.wording.clock(since, shown.now)) if since is not None else "")
        self.since.setVisible(since is not None)
        self.age.say(_age(relay, shown))
        words = status_text(relay.device)
        reason = tr("Reason: {reason}", reason=relay.reason) if told else ""
        said = "; ".join(part for part in (words, reason) if part)
        self.words.say(said or tr("No status words"), status_advice(relay.device))
        self.flags.say(_flags(relay))
        self.setAccessibleName(clean(f"{self.name.whole}: {state}. {said}"))

    @Slot()
    def _fill(self) -> None:
        add_actions(emptied(self.menu), self._attention, (device(tr("relay"), short(self._serial), self._serial),))


class RelayPanel(Card):
    """All relays, then batteries. Speaks when there are none."""

    def __init__(self, attention: Attention) -> None:
        super().__init__(3 * GRID, 2 * GRID)
        self._attention = attention
        self.setAccessibleName(tr("Relays and batteries"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.boxes: list[RelayBox] = []
        self.batteries = Label(role=Role.NOTE, wrap=True)
        self.contacts = Label(role=Role.NOTE, wrap=True)
        self.empty = Label(role=Role.NOTE, wrap=True)
        self._since: dict[str, tuple[str, datetime]] = {}
        sheet = QWidget()
        self._column = column(sheet, 0, 3 * GRID)
        for label in (self.empty, self.batteries, self.contacts):
            self._column.addWidget(label)
        self._column.addStretch(1)
        area = DownScroll(_WIDTH, _WIDEST)
        area.put_page(sheet)
        self.body.addWidget(area, 1)

    def take_events(self, events: Iterable[HistoryEvent]) -> None:
        """Learn from the event list (newest first) since when relays are open or closed again."""
        since: dict[str, tuple[str, datetime]] = {}
        for event in events:
            if event.rule == "relay_open" and event.kind in {"raised", "cleared"}:
                for serial in event.serials:
                    since.setdefault(serial, (event.kind, event.at))
        self._since = since

    def show_moment(self, shown: Shown) -> None:
        """Fill in the relays and batteries of the last snapshot."""
        snapshot = shown.snapshot
        relays = () if snapshot is None else tuple(sorted(snapshot.relays, key=_is_well))
        while len(self.boxes) < len(relays):
            box = RelayBox(self._attention)
            self._column.insertWidget(len(self.boxes), box)
            self.boxes.append(box)
        while len(self.boxes) > len(relays):
            box = self.boxes.pop()
            self._column.removeWidget(box)
            box.deleteLater()
        for box, relay in zip(self.boxes, relays, strict=True):
            box.show_relay(relay, self._changed_at(relay, shown), shown)
        told = snapshot is None or bool(relays or snapshot.batteries or snapshot.dry_contacts)
        self.setVisible(told)
        self.empty.setVisible(not relays)
        self.empty.say(
            tr("Relays appear here once the gateway has been read.")
            if snapshot is None
            else tr("This gateway tells of no relay.")
        )
        self._show_rest(snapshot, shown.wording)

    def _show_rest(self, snapshot: Snapshot | None, wording: Wording) -> None:
        batteries = () if snapshot is None else snapshot.batteries
        contacts = () if snapshot is None else snapshot.dry_contacts
        self.batteries.setVisible(bool(batteries))
        self.batteries.say(_batteries(batteries, wording))
        self.contacts.setVisible(bool(contacts))
        told = ", ".join(f"{clean(c.name or c.id, 24)} {tr(_STATES[c.state]).lower()}" for c in contacts)
        self.contacts.say(tr("Dry contacts: {contacts}", contacts=told))

    def _changed_at(self, relay: RelayReading, shown: Shown) -> datetime | None:
        is_open = relay.relay is RelayState.OPEN or bool(relay.open_lines)
        if is_open and shown.result is not None:
            for alert in shown.result.active:
                if alert.rule == "relay_open" and relay.serial in alert.serials:
                    return alert.raised_at
        known = self._since.get(relay.serial)
        if known is None or relay.relay is RelayState.UNKNOWN:
            return None
        return known[1] if (known[0] == "raised") == is_open else None


class _LineMark(QWidget):
    """Line 1, 2 or 3: a tick, an octagon or a dash beside its name."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.text = Label(f"L{number}", Role.NOTE)
        self._mark = MarkWidget(Mark.UNKNOWN, 12)
        line = row(self, 0, GRID)
        line.addWidget(self.text)
        line.addWidget(self._mark)

    def show_line(self, connected: bool | None) -> None:
        self._mark.set_mark({True: Mark.WELL, False: Mark.FAULT, None: Mark.UNKNOWN}[connected])
        words = tr(_LINES[connected], number=self.number)
        self.setToolTip(words)
        self.setAccessibleName(words)


def _is_well(relay: RelayReading) -> bool:
    """What is open or not known stands above what is closed."""
    return relay.relay is RelayState.CLOSED and not relay.open_lines


def _age(relay: RelayReading, shown: Shown) -> str:
    snapshot = shown.snapshot
    if relay.last_report_at is None or snapshot is None:
        return tr("Its last report has no time")
    drift = (snapshot.clock_at - snapshot.at).total_seconds()
    seconds = (shown.now - relay.last_report_at).total_seconds() + drift
    return tr("Reported {age}", age=shown.wording.age(max(0.0, seconds)))


def _flags(relay: RelayReading) -> str:
    device = relay.device
    flags = {
        tr("Producing"): device.producing,
        tr("Communicating"): device.communicating,
        tr("Provisioned"): device.provisioned,
        tr("Operating"): device.operating,
    }
    return " · ".join(f"{name}\u00a0{flag_text(flag).lower()}" for name, flag in flags.items())


def _batteries(batteries: tuple[BatteryReading, ...], wording: Wording) -> str:
    if not batteries:
        return ""
    count = trn("{count} battery", "{count} batteries", len(batteries))
    known = [battery.percent_full for battery in batteries if battery.percent_full is not None]
    full = (
        tr("{number} % full", number=wording.number(sum(known) / len(known), 0))
        if known
        else tr("charge {percent}", percent=UNKNOWN)
    )
    powers = [battery.watts_now for battery in batteries if battery.watts_now is not None]
    if not powers:
        return f"{count} · {full}"
    total = sum(powers)
    if abs(total) < 1:
        return tr("{count} · {full} · idle", count=count, full=full)
    watts = wording.watts(abs(total)).replace(" ", "\u00a0")
    if total > 0:
        return tr("{count} · {full} · giving {watts}", count=count, full=full, watts=watts)
    return tr("{count} · {full} · taking {watts}", count=count, full=full, watts=watts)
