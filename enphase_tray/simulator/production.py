"""Bodies of the site's figures: production.json, version 1, the page of firmware 3, meters, pdm/energy."""

from typing import Any

from enphase_tray.simulator.config import Meters
from enphase_tray.simulator.counters import NOTHING, Energies
from enphase_tray.simulator.personality import Personality
from enphase_tray.simulator.site import MeterMoment, Site, SiteMoment

PRODUCTION_EID, NET_EID, CHANNEL_EID = 704643328, 704643584, 1778385169
_SHARES = {1: (1.0,), 2: (0.5, 0.5), 3: (0.42, 0.33, 0.25)}
_VOLTS = {1: 235.4, 2: 243.0, 3: 706.2}
_BIN_SECONDS = 900


def production(site: Site, moment: SiteMoment, traits: Personality, details: bool) -> dict[str, Any]:
    """`/production.json`; phases only with details."""
    heard = () if moment.starting else moment.heard
    inverters = {
        "type": "inverters",
        "activeCount": 0 if moment.starting else len(moment.present),
        "readingTime": max((inverter.report_at for inverter in heard), default=0),
        "wNow": round(sum(inverter.watts for inverter in heard)),
        "whLifetime": int(traits.aggregate([inverter.energies.lifetime for inverter in moment.present])),
    }
    body: dict[str, Any] = {"production": [inverters], "storage": [_storage(moment)]}
    if moment.config.meters is Meters.NONE:
        return body
    meters = site.meters(moment.epoch)
    enabled = moment.config.meters is not Meters.DISABLED
    net = Energies(0.0, 0.0, 0.0, meters.imported - meters.exported)
    body["production"].append(_eim("production", moment, enabled, meters.production, meters.produced, details))
    both = moment.config.meters is Meters.BOTH
    body["consumption"] = [
        _eim("total-consumption", moment, both, meters.consumption, meters.used, details),
        _eim("net-consumption", moment, both, meters.net if both else 0.0, net, details),
    ]
    return {name: body[name] for name in ("production", "consumption", "storage")}


def version_1(site: Site, moment: SiteMoment, traits: Personality) -> dict[str, int]:
    """`/api/v1/production`: inverter sums on a Standard gateway, the last closed bin of the meter on others."""
    if moment.starting:
        return _version_1(NOTHING, 0.0)
    if moment.config.meters is Meters.NONE:
        return _version_1(site.sums(moment), sum(inverter.watts for inverter in moment.heard))
    if traits.stalled(moment.config.meters):
        return {"wattHoursToday": 0, "wattHoursSevenDays": 1583, "wattHoursLifetime": 1583, "wattsNow": 4}
    if moment.config.meters is Meters.DISABLED:
        return _version_1(NOTHING, 0.0)
    meters, watts = _last_bin(site, moment)
    return _version_1(meters.produced, watts)


def consumption_1(site: Site, moment: SiteMoment) -> dict[str, int]:
    """`/api/v1/consumption` of a house with a net meter."""
    end = moment.epoch // _BIN_SECONDS * _BIN_SECONDS
    meters, before = site.meters(end), site.meters(end - _BIN_SECONDS)
    return _version_1(meters.used, (meters.used.lifetime - before.used.lifetime) * 3600.0 / _BIN_SECONDS)


def pdm_energy(site: Site, moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/pdm/energy`: the inverters' own figures beside the meter's."""
    nothing = _version_1(NOTHING, 0.0)
    pcu = _version_1(site.sums(moment), sum(inverter.watts for inverter in moment.heard))
    produced, used = nothing, nothing
    if moment.config.meters in (Meters.PRODUCTION, Meters.BOTH):
        meters, watts = _last_bin(site, moment)
        produced = _version_1(meters.produced, watts)
    if moment.config.meters is Meters.BOTH:
        used = consumption_1(site, moment)
    starting = moment.starting
    return {
        "production": {"pcu": nothing if starting else pcu, "rgm": nothing, "eim": nothing if starting else produced},
        "consumption": {"eim": used},
    }


def page(site: Site, moment: SiteMoment) -> bytes:
    """Firmware 3's `/production`: a table of figures with three digits and a unit."""
    energies = NOTHING if moment.starting else site.sums(moment)
    watts = 0.0 if moment.starting else sum(inverter.watts for inverter in moment.heard)
    rows = (
        ("Currently", _three_digits(watts, "W")),
        ("Today", _three_digits(energies.today, "Wh")),
        ("Past Week", _three_digits(energies.week, "Wh")),
        ("Since Installation", _three_digits(energies.lifetime, "Wh")),
    )
    cells = "".join(f"<tr><td>{name}</td>    <td> {figure}</td></tr>" for name, figure in rows)
    since = moment.config.installed.strftime("%a %b %d, %Y 09:00 AM")
    text = (
        f"<html><body><h1>System Energy Production</h1>\n<table>\n<tr><td colspan='2'>System has been live since\n"
        f"<div class=good>{since}</div></td></tr>\n{cells}\n</table><br></body></html>\n"
    )
    return text.encode()


def meters_list(moment: SiteMoment) -> list[dict[str, Any]]:
    """`/ivp/meters`."""
    config = moment.config
    if config.meters is Meters.NONE:
        return []
    states = (
        (PRODUCTION_EID, "production", config.meters in (Meters.PRODUCTION, Meters.BOTH)),
        (NET_EID, "net-consumption", config.meters is Meters.BOTH),
    )
    return [
        {
            "eid": eid,
            "state": "enabled" if enabled else "disabled",
            "measurementType": kind,
            "phaseMode": "split" if config.phases == 2 else "three",
            "phaseCount": config.phases,
            "meteringStatus": "normal",
            "statusFlags": [],
        }
        for eid, kind, enabled in states
    ]


def meter_readings(site: Site, moment: SiteMoment) -> list[dict[str, Any]]:
    """`/ivp/meters/readings`, live to the second."""
    config = moment.config
    if config.meters is Meters.NONE:
        return []
    meters = site.meters(moment.epoch)
    if config.meters is Meters.DISABLED:
        return [_reading(PRODUCTION_EID, moment, 0.0, 0.0, 0.0), _reading(NET_EID, moment, 0.0, 0.0, 0.0)]
    both = config.meters is Meters.BOTH
    return [
        _reading(PRODUCTION_EID, moment, meters.production, meters.produced.lifetime, 21.0),
        _reading(NET_EID, moment, meters.net if both else -3.1, meters.imported, meters.exported),
    ]


def _last_bin(site: Site, moment: SiteMoment) -> tuple[MeterMoment, float]:
    """The meter at the end of the last closed quarter of an hour, and its mean W over it."""
    end = moment.epoch // _BIN_SECONDS * _BIN_SECONDS
    meters, before = site.meters(end), site.meters(end - _BIN_SECONDS)
    watts = (meters.produced.lifetime - before.produced.lifetime) * 3600.0 / _BIN_SECONDS
    return meters, watts - meters.own_use


def _version_1(energies: Energies, watts: float) -> dict[str, int]:
    return {
        "wattHoursToday": int(energies.today),
        "wattHoursSevenDays": int(energies.week),
        "wattHoursLifetime": int(energies.lifetime),
        "wattsNow": round(watts),
    }


def _eim(
    kind: str, moment: SiteMoment, enabled: bool, watts: float, energies: Energies, details: bool
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "eim",
        "activeCount": 1 if enabled else 0,
        "measurementType": kind,
        "readingTime": moment.epoch,
    }
    if not enabled:
        watts, energies = 0.0, NOTHING
    entry |= _figures(watts, energies, 1.0, _VOLTS[moment.config.phases])
    if details:
        shares = _SHARES[moment.config.phases]
        volts = _VOLTS[moment.config.phases] / len(shares)
        entry["lines"] = [_figures(watts, energies, share, volts) for share in shares]
    return entry


def _figures(watts: float, energies: Energies, share: float, volts: float) -> dict[str, float]:
    watts *= share
    apparent = abs(watts) * 1.01 + 16.0 * share
    return {
        "wNow": round(watts, 3),
        "whLifetime": round(energies.lifetime * share, 3),
        "varhLeadLifetime": 95.26,
        "varhLagLifetime": round(energies.lifetime * share * 0.51, 3),
        "vahLifetime": round(energies.lifetime * share * 1.36, 3),
        "rmsCurrent": round(apparent / volts, 3),
        "rmsVoltage": round(volts, 3),
        "reactPwr": round(apparent * 0.12, 3),
        "apprntPwr": round(apparent, 3),
        "pwrFactor": round(max(-1.0, min(1.0, watts / apparent)), 2),
        "whToday": round(energies.today * share, 3),
        "whLastSevenDays": round(energies.week * share, 3),
        "vahToday": round(energies.today * share * 1.4, 3),
        "varhLeadToday": 0.26,
        "varhLagToday": round(energies.today * share * 0.6, 3),
    }


def _reading(eid: int, moment: SiteMoment, watts: float, delivered: float, received: float) -> dict[str, Any]:
    shares = _SHARES[moment.config.phases]
    volts = _VOLTS[moment.config.phases]
    whole = _channel(eid, moment, watts, delivered, received, volts)
    lines = [
        _channel(CHANNEL_EID + number, moment, watts * share, delivered * share, received * share, volts / len(shares))
        for number, share in enumerate(shares)
    ]
    return whole | {"channels": lines}


def _channel(
    eid: int, moment: SiteMoment, watts: float, delivered: float, received: float, volts: float
) -> dict[str, Any]:
    apparent = abs(watts) * 1.01 + 16.0
    return {
        "eid": eid,
        "timestamp": moment.epoch,
        "actEnergyDlvd": round(delivered, 3),
        "actEnergyRcvd": round(received, 3),
        "apparentEnergy": round((delivered + received) * 1.36, 3),
        "reactEnergyLagg": round(delivered * 0.51, 3),
        "reactEnergyLead": 95.26,
        "instantaneousDemand": round(watts, 3),
        "activePower": round(watts, 3),
        "apparentPower": round(apparent, 3),
        "reactivePower": round(apparent * 0.12, 3),
        "pwrFactor": round(max(-1.0, min(1.0, watts / apparent)), 3),
        "voltage": round(volts, 3),
        "current": round(apparent / volts, 3),
        "freq": 50.0,
    }


def _storage(moment: SiteMoment) -> dict[str, Any]:
    count = moment.config.ac_batteries
    storage: dict[str, Any] = {
        "type": "acb",
        "activeCount": count,
        "readingTime": moment.epoch if count else 0,
        "wNow": 0,
        "whNow": 600 * count,
        "state": "idle",
    }
    return storage | {"percentFull": 50} if count else storage


def _three_digits(value: float, unit: str) -> str:
    for prefix, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {prefix}{unit}"
    return f"{value:.0f} {unit}"
