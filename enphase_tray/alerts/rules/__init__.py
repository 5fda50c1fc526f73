"""The shelf of rules: one file each, and one line here. Order is precedence: what explains others comes first."""

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.rules.certificate_changed import CertificateChanged
from enphase_tray.alerts.rules.device_fault import DeviceFault
from enphase_tray.alerts.rules.firmware_changed import FirmwareChanged
from enphase_tray.alerts.rules.gateway_unreachable import GatewayUnreachable
from enphase_tray.alerts.rules.inverter_silent import InverterSilent
from enphase_tray.alerts.rules.inverter_stopped import InverterStopped
from enphase_tray.alerts.rules.login_refused import LoginRefused
from enphase_tray.alerts.rules.panel_weak import PanelWeak
from enphase_tray.alerts.rules.relay_open import RelayOpen
from enphase_tray.alerts.rules.site_stopped import SiteStopped
from enphase_tray.alerts.rules.token_expiring import TokenExpiring

RULES: tuple[Rule, ...] = (
    RelayOpen(),
    SiteStopped(),
    InverterStopped(),
    InverterSilent(),
    DeviceFault(),
    PanelWeak(),
    GatewayUnreachable(),
    LoginRefused(),
    CertificateChanged(),
    TokenExpiring(),
    FirmwareChanged(),
)
