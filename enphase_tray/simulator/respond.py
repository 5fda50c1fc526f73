"""The modelled house's answers: which path, in which shape, behind which log-in, on which firmware."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator import devices, ensemble, production
from enphase_tray.simulator.config import HouseConfig, Meters, software_letter
from enphase_tray.simulator.faults import FaultPlan
from enphase_tray.simulator.message import HTML, Request, Response
from enphase_tray.simulator.pages import json_response, not_found, page_not_found, unauthorized
from enphase_tray.simulator.personality import Personality
from enphase_tray.simulator.site import Site, SiteMoment

_INVERTERS = "/api/v1/production/inverters"
_INSTALLER_PATHS = frozenset({"/ivp/peb/devstatus", "/stream/meter", "/ivp/peb/newscan", "/installer/pcu_comm_check"})
_BARE_TYPE = "/ivp/"
_ENSEMBLE: dict[str, Callable[[SiteMoment], Any]] = {
    "/ivp/ensemble/inventory": ensemble.ensemble_inventory,
    "/ivp/ensemble/power": ensemble.ensemble_power,
    "/ivp/ensemble/secctrl": ensemble.security_control,
    "/ivp/ensemble/relay": ensemble.relay,
    "/ivp/ensemble/status": ensemble.status,
    "/ivp/ensemble/dry_contacts": ensemble.dry_contacts,
    "/ivp/ensemble/generator": ensemble.generator,
}


class HouseBackend:
    """Answers for a house at any time."""

    def __init__(self, config: HouseConfig, faults: FaultPlan) -> None:
        if config.version.numbers < (4,):
            config = replace(config, meters=Meters.NONE)
        self._config = config
        self.site = Site(config, faults)

    @property
    def serial(self) -> str:
        return self._config.gateway_serial

    @property
    def password(self) -> str | None:
        return self._config.password

    @property
    def timezone(self) -> str | None:
        return self._config.timezone

    def firmware(self, at: datetime) -> FirmwareVersion:
        return self.site.firmware(at)

    def uses_tokens(self, at: datetime) -> bool:
        return Personality(self.firmware(at)).tokens

    def needs_login(self, request: Request, at: datetime) -> bool:
        """Below 7 only the inverter list; from 7 on everything (the gate lets `/info` pass)."""
        return self.uses_tokens(at) or (request.path == _INVERTERS and Personality(self.firmware(at)).version_1)

    def needs_installer(self, request: Request, at: datetime) -> bool:
        return request.path in _INSTALLER_PATHS

    def answer(self, request: Request, at: datetime) -> Response:
        traits = Personality(self.firmware(at))
        moment = self.site.moment(at)
        if request.path in ("/info", "/info.xml"):
            return Response(200, _info(self._config, moment, traits), "text/xml")
        if request.path == "/production" and traits.page:
            return Response(200, production.page(self.site, moment), HTML)
        body = self._data(request, moment, traits)
        if body is not None:
            kind = None if request.path.startswith(_BARE_TYPE) and traits.tokens else "application/json"
            return json_response(body, content_type=kind)
        if request.path == "/production" and not traits.tokens:
            return unauthorized()
        if traits.page and request.path == "/production.json":
            return page_not_found()
        return not_found(traits.version)

    def _data(self, request: Request, moment: SiteMoment, traits: Personality) -> Any:
        """The data of a path, `None` where this firmware has no such path."""
        path = request.path
        if path == "/production.json" or (path == "/production" and traits.tokens):
            details = request.arguments.get("details") == "1"
            return production.production(self.site, moment, traits, details) if traits.production_json else None
        if path in ("/home", "/home.json"):
            return devices.home(moment) if traits.production_json else None
        if path in ("/inventory.json", "/inventory"):
            deleted = request.arguments.get("deleted") == "1"
            return devices.inventory(moment, deleted) if traits.inventory else None
        if path.startswith("/api/v1/"):
            return self._version_1(path, moment, traits) if traits.version_1 else None
        if path.startswith("/ivp/meters"):
            return self._meters(path, moment, traits)
        if path == "/ivp/pdm/energy":
            return production.pdm_energy(self.site, moment) if traits.energy else None
        if path == "/ivp/pdm/device_data":
            return devices.device_data(moment) if traits.device_data else None
        body = _ENSEMBLE.get(path)
        return body(moment) if body is not None and traits.ensemble else None

    def _version_1(self, path: str, moment: SiteMoment, traits: Personality) -> Any:
        if path == "/api/v1/production":
            return production.version_1(self.site, moment, traits)
        if path == _INVERTERS:
            return devices.inverter_list(moment, traits)
        if path == "/api/v1/consumption" and self._config.meters is Meters.BOTH and traits.production_json:
            return production.consumption_1(self.site, moment)
        return None

    def _meters(self, path: str, moment: SiteMoment, traits: Personality) -> Any:
        if not traits.production_json or (self._config.meters is Meters.NONE and not traits.tokens):
            return None
        if path == "/ivp/meters":
            return production.meters_list(moment)
        return production.meter_readings(self.site, moment) if path == "/ivp/meters/readings" else None


def _info(config: HouseConfig, moment: SiteMoment, traits: Personality) -> bytes:
    """`/info`, with the order and the elements of its age."""
    imeter = traits.imeter(config.meters)
    part = config.part_number or ("800-00069-r05" if traits.page else "800-00554-r03")
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>" if not traits.tokens else '<?xml version="1.0" encoding="utf-8"?>',
        "<envoy_info>",
        f"  <time>{moment.epoch}</time>",
        "  <device>",
        f"    <sn>{config.gateway_serial}</sn>",
        f"    <pn>{part}</pn>",
        f"    <software>{software_letter(str(traits.version))}{traits.version}</software>",
        "    <euaid>4c8675</euaid>",
        "    <seqnum>0</seqnum>",
        "    <apiver>1</apiver>",
        *([f"    <imeter>{imeter}</imeter>"] if imeter is not None else []),
        "  </device>",
        *(["  <web-tokens>true</web-tokens>"] if traits.tokens else []),
        '  <package name="app"><pn>500-00002-r01</pn><version>0</version><build>0</build></package>',
        "</envoy_info>",
        "",
    ]
    return "\n".join(lines).encode()
