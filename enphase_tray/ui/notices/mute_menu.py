"""The menu that mutes something, or lets it be heard again: the same wherever it opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from enphase_tray.model.language import inside, mark, tr, trn
from enphase_tray.settings.attention import Mute
from enphase_tray.status.muting import Span, mute_subject, rule_label
from enphase_tray.ui.look.text import unmnemonic
from enphase_tray.ui.notices.attention import Attention

_SPANS = ((Span.DAY, mark("For a &day")), (Span.WEEK, mark("For a &week")), (Span.EVER, mark("For &ever")))


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be muted: `name` as the menu calls it, then a rule, devices, or a rule for devices."""

    name: str
    rule: str | None
    serials: tuple[str, ...] = ()

    def covers(self, mute: Mute) -> bool:
        """Whether `mute` silences this very thing, or a part of it."""
        if self.rule is not None and mute.rule is not None and mute.rule != self.rule:
            return False
        return mute.serial in self.serials if self.serials else mute.serial is None and mute.rule == self.rule


def device(kind: str, name: str, serial: str) -> Subject:
    """All that may be told of one device; `kind` such as *inverter*, `name` as it is shown elsewhere."""
    return Subject(f"{kind} {name}", None, (serial,))


def alert_subjects(rule: str, serials: Sequence[str], names: Sequence[str]) -> tuple[Subject, ...]:
    """What an alert is about: its rule for its devices (`names` as they are shown), then its rule altogether."""
    whole = Subject(tr("“{rule}” altogether", rule=rule_label(rule)), rule)
    if not serials:
        return (whole,)
    said = trn("this for {name}", "this for these {count} devices", len(names), name=names[0])
    return (Subject(said, rule, tuple(serials)), whole)


def emptied(menu: QMenu) -> QMenu:
    """`menu` without its actions and what hangs on them."""
    for inner in menu.findChildren(QMenu):
        inner.deleteLater()
    menu.clear()
    return menu


def add_actions(menu: QMenu, attention: Attention, subjects: Sequence[Subject]) -> None:
    """Add to `menu` what can be done about `subjects` now."""
    for subject in subjects:
        spans = menu.addMenu(unmnemonic(tr("Mute {name}", name=subject.name)))
        for span, text in _SPANS:
            _do(spans.addAction(tr(text)), _muting(attention, subject, span))
    gone: list[Mute] = []
    for mute in attention.mutes:
        if mute not in gone and any(subject.covers(mute) for subject in subjects):
            gone.append(mute)
    if gone:
        menu.addSeparator()
    for mute in gone:
        _do(
            menu.addAction(unmnemonic(tr("No longer mute {name}", name=inside(mute_subject(mute))))),
            _removing(attention, mute),
        )


def _do(action: QAction, act: Callable[[], None]) -> None:
    action.triggered.connect(act)


def _muting(attention: Attention, subject: Subject, span: Span) -> Callable[[], None]:
    return lambda: attention.mute(subject.rule, subject.serials, span)


def _removing(attention: Attention, mute: Mute) -> Callable[[], None]:
    return lambda: attention.remove((mute,))
