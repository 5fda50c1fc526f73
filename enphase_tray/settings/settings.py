"""What the user chose, as one frozen object. Secrets are never part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from enphase_tray.model.connection import GatewayVersion

DEFAULT_REFRESH_SECONDS = 300
MIN_REFRESH_SECONDS = 60
MAX_REFRESH_SECONDS = 3600


class Appearance(StrEnum):
    """Colours of the windows."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class IconStyle(StrEnum):
    """Colours of the tray icon: colour, or one tone for a light or a dark panel."""

    COLOUR = "colour"
    MONO_LIGHT = "mono_light"
    MONO_DARK = "mono_dark"


class Units(StrEnum):
    """`AUTO` changes from W to kW at 1,000; `WATTS` and `KILOWATTS` stay."""

    AUTO = "auto"
    WATTS = "watts"
    KILOWATTS = "kilowatts"


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """One gateway: serial number (required), host name (empty: found by mDNS), refresh, version and log-in."""

    serial: str = ""
    host: str = ""
    version: GatewayVersion = GatewayVersion.DETECT
    refresh_seconds: int = DEFAULT_REFRESH_SECONDS
    live_meters: bool = True
    """Read the meters every minute where the gateway has CTs."""
    username: str = "envoy"
    """Below firmware 7; its password is a secret (default: last six of the serial)."""
    auto_jwt: bool = True
    """From firmware 7: fetch tokens with the Enphase account below; otherwise a token is pasted."""
    cloud_username: str = ""
    site_name: str = ""
    keep_cloud_password: bool = False
    """Keep the account's password in the keyring so that tokens renew themselves."""
    accept_expected_renewals: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the user can choose."""

    gateway: GatewaySettings = GatewaySettings()
    rules: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Rule name to whether it may notify; a rule that is not named is on."""
    start_at_login: bool = False
    units: Units = Units.AUTO
    appearance: Appearance = Appearance.SYSTEM
    icon_style: IconStyle = IconStyle.COLOUR
    token_in_file: bool = False
    """The user agreed to keep the token in a file of mode 0600 where no keyring can be used."""

    @property
    def configured(self) -> bool:
        """Whether there is a gateway to poll."""
        return bool(self.gateway.serial or self.gateway.host)
