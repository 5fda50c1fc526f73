import tomllib
from dataclasses import replace
from datetime import time
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from enphase_tray.model.alerts import Limits
from enphase_tray.model.connection import GatewayVersion
from enphase_tray.model.errors import SettingsError
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import (
    Appearance,
    GatewaySettings,
    IconShows,
    IconStyle,
    QuietHours,
    RuleMode,
    Settings,
    TrayClick,
    Units,
)
from enphase_tray.settings.store import SettingsStore

_LINES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
_TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
_GATEWAYS = st.builds(
    GatewaySettings,
    serial=st.from_regex(r"\A(\d{12})?\Z").filter(str.isascii),
    host=st.sampled_from(["", "envoy.local", "192.168.1.20", "fe80::1%eth0", "10.0.0.1:8443"]),
    version=st.sampled_from(GatewayVersion),
    refresh_seconds=st.integers(60, 3600),
    live_meters=st.booleans(),
    username=_LINES.filter(lambda text: text and ":" not in text),
    auto_jwt=st.booleans(),
    cloud_username=st.sampled_from(["", "me@example.org"]),
    site_name=_LINES,
    keep_cloud_password=st.booleans(),
    accept_expected_renewals=st.booleans(),
)
_SETTINGS = st.builds(
    Settings,
    gateway=_GATEWAYS,
    rules=st.dictionaries(st.sampled_from(["relay_open", "inverter_silent", "a rule"]), st.sampled_from(RuleMode)),
    limits=st.builds(
        Limits,
        weak_percent=st.integers(10, 80),
        unreachable_minutes=st.integers(5, 1440),
        token_days=st.integers(1, 90),
    ),
    quiet=st.builds(QuietHours, st.booleans(), _TIMES, _TIMES, st.booleans()),
    digest_at=_TIMES,
    price_per_kwh=st.none() | st.floats(0.001, 100.0),
    currency=st.sampled_from(["", "EUR", "€"]),
    weekly_report=st.booleans(),
    start_at_login=st.booleans(),
    units=st.sampled_from(Units),
    appearance=st.sampled_from(Appearance),
    icon_style=st.sampled_from(IconStyle),
    icon_shows=st.sampled_from(IconShows),
    icon_only_when_wrong=st.booleans(),
    tray_click=st.sampled_from(TrayClick),
    token_in_file=st.booleans(),
)


def write(paths: ProfilePaths, text: str) -> None:
    paths.prepare()
    paths.settings_file.write_text(text, encoding="utf-8")


def test_without_a_file_the_defaults(paths: ProfilePaths) -> None:
    store = SettingsStore(paths)
    assert store.load() == Settings()
    assert store.notice is None
    assert not paths.settings_file.exists()


@given(settings=_SETTINGS)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_is_loaded(paths: ProfilePaths, settings: Settings) -> None:
    SettingsStore(paths).save(settings)
    loaded = SettingsStore(paths).load()
    assert replace(loaded, rules=dict(loaded.rules)) == settings
    assert type(loaded.gateway.version) is GatewayVersion


def test_the_file_reads_well(paths: ProfilePaths) -> None:
    gateway = GatewaySettings(serial="122000000001", host="192.168.1.20", version=GatewayVersion.FROM_7)
    SettingsStore(paths).save(Settings(gateway=gateway, rules=MappingProxyType({"relay_open": RuleMode.OFF})))
    text = paths.settings_file.read_text()
    assert 'version = "from_7"' in text
    document = tomllib.loads(text)
    assert document["schema"] == 2
    assert document["rules"] == {"relay_open": "off"}
    assert document["quiet_hours"]["start"] == "22:00"
    assert "price_per_kwh" not in document
    assert "password" not in document["gateway"]


def test_hand_written_parts_are_enough(paths: ProfilePaths) -> None:
    write(paths, '[gateway]\nhost = "envoy.local"\n[rules]\ninverter_silent = false\n')
    loaded = SettingsStore(paths).load()
    assert loaded.gateway == GatewaySettings(host="envoy.local")
    assert loaded.rules == {"inverter_silent": RuleMode.OFF}
    assert loaded.mode("inverter_silent") is RuleMode.OFF
    assert loaded.mode("relay_open") is RuleMode.ON


def test_switches_of_earlier_versions_become_modes(paths: ProfilePaths) -> None:
    before = "schema = 1\nmine = 1\n[rules]\nrelay_open = true\ninverter_silent = false\n"
    write(paths, before)
    store = SettingsStore(paths)
    for _ in range(3):
        assert store.load().rules == {"relay_open": RuleMode.ON, "inverter_silent": RuleMode.OFF}
    assert paths.settings_file.read_text() == before, "nothing is written by reading"
    store.save(store.load())
    store.save(store.load())
    document = tomllib.loads(paths.settings_file.read_text())
    assert document["rules"] == {"relay_open": "on", "inverter_silent": "off"}
    assert document["mine"] == 1
    assert [copy.read_text() for copy in paths.directory.glob("settings.before-*")] == [before]


def test_what_concerns_alerts_is_read_as_it_is_written_by_hand(paths: ProfilePaths) -> None:
    write(
        paths,
        'schema = 2\nprice_per_kwh = 1\ncurrency = "€"\ndigest_at = "07:30"\n'
        '[rules]\npanel_weak = "digest"\n[limits]\nweak_percent = 30\n'
        "[quiet_hours]\nenabled = true\nstart = 21:15:00\n",
    )
    loaded = SettingsStore(paths).load()
    assert loaded.mode("panel_weak") is RuleMode.DIGEST
    assert (loaded.limits.weak_percent, loaded.limits.unreachable_minutes) == (30, 15)
    assert (loaded.price_per_kwh, loaded.currency) == (1.0, "€")
    assert loaded.digest_at == time(7, 30)
    assert loaded.quiet == QuietHours(True, time(21, 15), time(7, 0), True)


def test_a_price_that_was_taken_back_is_gone(paths: ProfilePaths) -> None:
    store = SettingsStore(paths)
    store.save(Settings(price_per_kwh=0.3, currency="EUR"))
    assert store.load().price_per_kwh == 0.3
    store.save(Settings())
    assert store.load().price_per_kwh is None


def test_unknown_keys_are_kept(paths: ProfilePaths) -> None:
    write(paths, 'schema = 2\nmine = [1, 2]\n[gateway]\nnickname = "roof"\n[other]\nx = 1\n[rules]\ngone = "on"\n')
    store = SettingsStore(paths)
    store.save(replace(store.load(), rules=MappingProxyType({})))
    document = tomllib.loads(paths.settings_file.read_text())
    assert document["mine"] == [1, 2]
    assert document["other"] == {"x": 1}
    assert document["gateway"]["nickname"] == "roof"
    assert document["gateway"]["refresh_seconds"] == 300
    assert document["rules"] == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[gateway]\nrefresh_seconds = 5\n", ("gateway.refresh_seconds", "5", "60 and 3600")),
        ('[gateway]\nrefresh_seconds = "300"\n', ("gateway.refresh_seconds", "'300'", "a whole number")),
        ("[gateway]\nrefresh_seconds = true\n", ("gateway.refresh_seconds", "True", "a whole number")),
        ("[gateway]\nlive_meters = 1\n", ("gateway.live_meters", "1", "true or false")),
        ('[gateway]\nversion = "8"\n', ("gateway.version", "'8'", '"from_7"')),
        ("[gateway]\nversion = [1]\n", ("gateway.version", "[1]", '"from_7"')),
        ('[gateway]\nhost = "http://x/"\n', ("gateway.host", "http://x/", "without http://")),
        ('[gateway]\nhost = "8.8.8.8"\n', ("gateway.host", "8.8.8.8", "public address")),
        ('[gateway]\nserial = "12"\n', ("gateway.serial", "12", "12 digits")),
        ("start_at_login = 0\n", ("start_at_login", "0", "true or false")),
        ("units = 3\n", ("units", "3", '"auto"')),
        ("gateway = 3\n", ("gateway", "3", "a table")),
        ("rules = []\n", ("rules", "[]", "a table")),
        ('[rules]\nrelay_open = "no"\n', ("rules.relay_open", "'no'", '"digest"')),
        ("schema = 2\n[rules]\nrelay_open = false\n", ("rules.relay_open", "False", '"off"')),
        ("[limits]\nweak_percent = 5\n", ("limits.weak_percent", "5", "10 to 80")),
        ("[limits]\ntoken_days = 1.5\n", ("limits.token_days", "1.5", "a whole number")),
        ("quiet_hours = 3\n", ("quiet_hours", "3", "a table")),
        ('[quiet_hours]\nstart = "25:00"\n', ("quiet_hours.start", "25:00", '"22:00"')),
        ("[quiet_hours]\nend = 7\n", ("quiet_hours.end", "7", "time of day")),
        ("price_per_kwh = -1\n", ("price_per_kwh", "-1", "above 0")),
        ("price_per_kwh = nan\n", ("price_per_kwh", "nan", "above 0")),
        ('price_per_kwh = "much"\n', ("price_per_kwh", "'much'", "a number")),
        ('currency = "too long a name"\n', ("currency", "too long", "at most 8")),
        ("schema = 0\n", ("schema", "0", "whole number")),
        ('schema = "1"\n', ("schema", "'1'", "whole number")),
    ],
)
def test_a_wrong_value_is_named(paths: ProfilePaths, text: str, words: tuple[str, ...]) -> None:
    write(paths, text)
    with pytest.raises(SettingsError) as caught:
        SettingsStore(paths).load()
    for word in words:
        assert word in str(caught.value)
    assert paths.settings_file.read_text() == text


def test_wrong_settings_are_not_saved(paths: ProfilePaths) -> None:
    with pytest.raises(SettingsError, match="refresh_seconds"):
        SettingsStore(paths).save(Settings(gateway=GatewaySettings(refresh_seconds=1)))
    assert not paths.settings_file.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"[gateway\nhost =", b"a = 1\na = 2\n", b"x = " + b"[" * 9000]
)
@pytest.mark.parametrize("use", ["load", "save"])
def test_a_damaged_file_is_kept_beside(paths: ProfilePaths, content: bytes, use: str) -> None:
    paths.prepare()
    paths.settings_file.write_bytes(content)
    store = SettingsStore(paths)
    if use == "load":
        assert store.load() == Settings()
    else:
        store.save(Settings(start_at_login=True))
    assert store.notice is not None
    assert "settings.damaged-1.toml" in store.notice
    assert (paths.directory / "settings.damaged-1.toml").read_bytes() == content
    store.load()
    assert store.notice is None
    assert len(list(paths.directory.glob("settings.damaged-*"))) == 1


def test_a_newer_file_is_left_untouched(paths: ProfilePaths) -> None:
    write(paths, "schema = 3\nfuture = true\n")
    store = SettingsStore(paths)
    with pytest.raises(SettingsError, match="newer"):
        store.load()
    with pytest.raises(SettingsError, match="newer"):
        store.save(Settings())
    assert paths.settings_file.read_text() == "schema = 3\nfuture = true\n"


def test_an_older_file_is_brought_up_to_date_with_a_copy(paths: ProfilePaths) -> None:
    def rename(document: dict[str, Any]) -> dict[str, Any]:
        changed = dict(document)
        changed["start_at_login"] = changed.pop("autostart")
        return changed

    write(paths, "schema = 1\nautostart = true\n")
    store = SettingsStore(paths, migrations=(rename,))
    assert store.load().start_at_login is True
    store.save(store.load())
    assert (paths.directory / "settings.before-schema-2-1.toml").read_text() == "schema = 1\nautostart = true\n"
    assert tomllib.loads(paths.settings_file.read_text())["schema"] == 2
