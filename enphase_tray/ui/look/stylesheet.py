"""The style sheet laid over Fusion: cards, quiet tabs, flat tables, and fields that show their errors."""

from string import Template

from PySide6.QtGui import QColor, QPalette

_SHEET = Template("""
QToolTip { color: $text; background: $tip; border: 1px solid $line; padding: 4px; }
QFrame[role="card"] { background: $base; border: 1px solid $line; border-radius: 8px; }
QFrame[role="divider"] { background: $line; border: none; }
QLabel[role="note"] { color: $note; }
QLabel[role="error"] { color: $fault; }
QFrame[role="banner"] { background: $warm; border: 1px solid $warmline; border-radius: 8px; }
QFrame[role="banner"][grave="true"] { background: $hot; border-color: $hotline; }

QTabWidget::pane { border: none; }
QTabBar { background: transparent; }
QTabBar::tab {
    color: $note; background: transparent; border: none; border-bottom: 2px solid transparent;
    padding: 6px 4px; margin-right: 16px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $link; }

QTableView { background: $base; border: none; gridline-color: transparent; selection-background-color: $pick;
    selection-color: $text; alternate-background-color: $stripe; outline: none; }
QTableView::item { padding: 0 4px; border: none; }
QTableView::item:selected { background: $pick; color: $text; }
QHeaderView { background: $base; border: none; }
QHeaderView::section { color: $note; background: $base; border: none; border-bottom: 1px solid $line;
    padding: 6px 4px; font-weight: normal; }
QTableCornerButton::section { background: $base; border: none; }

QPushButton { color: $text; background: $button; border: 1px solid $line; border-radius: 6px;
    padding: 5px 12px; min-height: 16px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton:default, QPushButton:checked { border-color: $accent; }
QPushButton[role="main"] { color: $accenttext; background: $accent; border-color: $accent; }
QPushButton[role="main"]:hover { background: $accenthover; }
QPushButton[role="main"]:focus { border-color: $text; }
QPushButton[role="main"]:disabled { color: $faint; background: $button; border-color: $line; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; padding: 5px 8px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="quiet"]:checked { background: $pick; }

QLineEdit, QPlainTextEdit, QSpinBox, QDateEdit, QTimeEdit, QComboBox {
    color: $text; background: $base; border: 1px solid $edge; border-radius: 6px; padding: 4px 8px; min-height: 18px;
    selection-background-color: $accent; selection-color: $accenttext; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDateEdit:focus, QTimeEdit:focus,
QComboBox:focus { border-color: $accent; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] { border: 1px solid $fault; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QTimeEdit:disabled,
QComboBox:disabled {
    color: $faint; background: $window; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: 20px; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: none; }
QSpinBox, QTimeEdit { padding: 2px 20px 2px 8px; }
QSpinBox::up-button, QTimeEdit::up-button { subcontrol-position: top right; width: 20px; border: none; }
QSpinBox::down-button, QTimeEdit::down-button { subcontrol-position: bottom right; width: 20px; border: none; }
QSpinBox::up-arrow, QSpinBox::down-arrow, QTimeEdit::up-arrow, QTimeEdit::down-arrow { image: none; }
QListView { color: $text; background: $base; border: 1px solid $line; border-radius: 6px; outline: none; padding: 2px; }
QListView:focus { border-color: $accent; }
QListView::item { padding: 4px 6px; border-radius: 4px; }
QListView::item:selected { background: $pick; color: $text; }
QComboBox QAbstractItemView { background: $base; border: 1px solid $line; selection-background-color: $pick;
    selection-color: $text; }
QComboBoxPrivateContainer { border: none; }
QComboBox QListView { border-radius: 0; }
QCalendarWidget QAbstractItemView { border: 1px solid $line; border-radius: 0; padding: 0; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="sheet"] { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar { background: transparent; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $faintline; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def style_sheet(palette: QPalette) -> str:
    """The sheet for `palette`."""
    role = QPalette.ColorRole
    base, text = palette.color(role.Base), palette.color(role.Text)
    accent = palette.color(role.Highlight)
    dark = text.lightness() > base.lightness()
    fault = QColor("#f0854a") if dark else QColor("#b54a00")
    warm = QColor("#e69f00")
    return _SHEET.substitute(
        text=text.name(),
        base=base.name(),
        window=palette.color(role.Window).name(),
        button=palette.color(role.Button).name(),
        tip=palette.color(role.ToolTipBase).name(),
        stripe=palette.color(role.AlternateBase).name(),
        line=palette.color(role.Mid).name(),
        faintline=_mix(palette.color(role.Mid), text, 0.25),
        note=palette.color(role.PlaceholderText).name(),
        faint=_mix(palette.color(role.PlaceholderText), base, 0.35),
        accent=accent.name(),
        accenthover=(accent.darker(112) if dark else accent.lighter(112)).name(),
        edge=_mix(palette.color(role.Mid), text, 0.42 if dark else 0.5),
        link=palette.color(role.Link).name(),
        accenttext=palette.color(role.HighlightedText).name(),
        hover=_mix(palette.color(role.Button), text, 0.06),
        pick=picked(palette).name(),
        fault=fault.name(),
        warm=_mix(base, warm, 0.12),
        warmline=_mix(base, warm, 0.45),
        hot=_mix(base, fault, 0.12),
        hotline=_mix(base, fault, 0.5),
    )


def picked(palette: QPalette) -> QColor:
    """The ground of what is selected in a list or table."""
    role = QPalette.ColorRole
    base, text = palette.color(role.Base), palette.color(role.Text)
    share = 0.28 if text.lightness() > base.lightness() else 0.16
    return QColor(_mix(base, palette.color(role.Highlight), share))


def _mix(one: QColor, other: QColor, share: float) -> str:
    """`one` with a share of `other` in it, as `#rrggbb`."""
    parts = (
        round(a + (b - a) * share)
        for a, b in zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()), strict=True)
    )
    return QColor(*parts).name()
