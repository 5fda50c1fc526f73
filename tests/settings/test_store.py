import tomllib
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from enphase_tray.model.connection import GatewayVersion
from enphase_tray.model.errors import SettingsError
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Appearance, GatewaySettings, IconStyle, Settings, Units
from enphase_tray.settings.store import SettingsStore

_LINES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
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
    rules=st.dictionaries(st.sampled_from(["relay_open", "inverter_silent", "a rule"]), st.booleans()),
    start_at_login=st.booleans(),
    units=st.sampled_from(Units),
    appearance=st.sampled_from(Appearance),
    icon_style=st.sampled_from(IconStyle),
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
    SettingsStore(paths).save(Settings(gateway=gateway, rules=MappingProxyType({"relay_open": False})))
    text = paths.settings_file.read_text()
    assert 'version = "from_7"' in text
    document = tomllib.loads(text)
    assert document["schema"] == 1
    assert document["rules"] == {"relay_open": False}
    assert "password" not in document["gateway"]


def test_hand_written_parts_are_enough(paths: ProfilePaths) -> None:
    write(paths, '[gateway]\nhost = "envoy.local"\n[rules]\ninverter_silent = false\n')
    loaded = SettingsStore(paths).load()
    assert loaded.gateway == GatewaySettings(host="envoy.local")
    assert loaded.rules == {"inverter_silent": False}


def test_unknown_keys_are_kept(paths: ProfilePaths) -> None:
    write(paths, 'schema = 1\nmine = [1, 2]\n[gateway]\nnickname = "roof"\n[other]\nx = 1\n[rules]\ngone = true\n')
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
        ('[rules]\nrelay_open = "no"\n', ("rules.relay_open", "'no'", "true or false")),
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
    write(paths, "schema = 2\nfuture = true\n")
    store = SettingsStore(paths)
    with pytest.raises(SettingsError, match="newer"):
        store.load()
    with pytest.raises(SettingsError, match="newer"):
        store.save(Settings())
    assert paths.settings_file.read_text() == "schema = 2\nfuture = true\n"


def test_an_older_file_is_brought_up_to_date_with_a_copy(paths: ProfilePaths) -> None:
    def rename(document: dict[str, Any]) -> dict[str, Any]:
        changed = dict(document)
        changed["start_at_login"] = changed.pop("autostart")
        return changed

    write(paths, "schema = 1\nautostart = true\n")
    store = SettingsStore(paths, migrations=(rename,))
    assert store.load().start_at_login is True
    assert (paths.directory / "settings.before-schema-2-1.toml").read_text() == "schema = 1\nautostart = true\n"
    store.save(store.load())
    assert tomllib.loads(paths.settings_file.read_text())["schema"] == 2
