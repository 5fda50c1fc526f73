"""What the user chose, as one frozen object. Secrets are never part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from types import MappingProxyType

from enphase_tray.model.alerts import DEFAULT_LIMITS, Limits
from enphase_tray.model.connection import GatewayVersion

DEFAULT_REFRESH_SECONDS = 300
MIN_REFRESH_SECONDS = 60
MAX_REFRESH_SECONDS = 3600
LIMIT_RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"weak_percent": (10, 80), "unreachable_minutes": (5, 1440), "token_days": (1, 90)}
)
"""The least and the most of each of `Limits`."""
MAX_PRICE_PER_KWH = 10_000.0


class Appearance(StrEnum):
    """Colours of the windows."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    """What the windows speak; the values are codes of ISO 639. The terminal speaks English."""

    SYSTEM = "system"
    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    DUTCH = "nl"
    SPANISH = "es"


class RuleMode(StrEnum):
    """What becomes of a rule's alerts. `DIGEST`: told once a day in one summary; `OFF`: nothing is judged."""

    ON = "on"
    DIGEST = "digest"
    OFF = "off"


class IconStyle(StrEnum):
    """Colours of the tray icon: colour, one tone that follows the panel, or one for a light or a dark panel."""

    COLOUR = "colour"
    MONO = "mono"
    MONO_LIGHT = "mono_light"
    MONO_DARK = "mono_dark"


class IconShows(StrEnum):
    """What the tray icon says of the power now: as a number, as a ring against the best of this hour, or nothing."""

    FIGURE = "figure"
    RING = "ring"
    PLAIN = "plain"


class TrayClick(StrEnum):
    """What a click on the tray icon opens: the small window beside it, or the whole one."""

    GLANCE = "glance"
    WINDOW = "window"


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
class QuietHours:
    """Hours of every day in which nothing is told, by the computer's clock; they may go over midnight.

    From a time to the same time is no time at all.
    """

    enabled: bool = False
    start: time = time(22, 0)
    end: time = time(7, 0)
    critical_anyway: bool = True
    """What stops the plant is told also then."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the user can choose."""

    gateway: GatewaySettings = GatewaySettings()
    rules: Mapping[str, RuleMode] = field(default_factory=lambda: MappingProxyType({}))
    """Rule name to what becomes of its alerts; a rule that is not named is on."""
    limits: Limits = DEFAULT_LIMITS
    quiet: QuietHours = QuietHours()
    digest_at: time = time(8, 0)
    """When the daily summary is told, by the computer's clock."""
    price_per_kwh: float | None = None
    """What a kWh is worth, in `currency`; `None`: not known, and nothing is said of money."""
    currency: str = ""
    weekly_report: bool = False
    """Write a report of the week each Monday."""
    start_at_login: bool = False
    units: Units = Units.AUTO
    appearance: Appearance = Appearance.SYSTEM
    language: Language = Language.SYSTEM
    icon_style: IconStyle = IconStyle.COLOUR
    icon_shows: IconShows = IconShows.FIGURE
    icon_only_when_wrong: bool = False
    """The icon stays away while all is well."""
    tray_click: TrayClick = TrayClick.GLANCE
    token_in_file: bool = False
    """The user agreed to keep the token in a file of mode 0600 where no keyring can be used."""

    @property
    def configured(self) -> bool:
        """Whether there is a gateway to poll."""
        return bool(self.gateway.serial or self.gateway.host)

    def mode(self, rule: str) -> RuleMode:
        """What becomes of the alerts of a rule."""
        return self.rules.get(rule, RuleMode.ON)
