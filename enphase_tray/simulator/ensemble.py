"""Bodies of the battery family: inventory, power, control, status, relay, dry contacts, generator."""

from typing import Any

from enphase_tray.simulator.noise import between
from enphase_tray.simulator.site import SiteMoment

CAPACITY_WATT_HOURS = 3360
_RATED_WATTS = 1280.0
_CHARGING, _DISCHARGING, _IDLE = 12, 13, 14


def ensemble_inventory(moment: SiteMoment) -> list[dict[str, Any]]:
    """`/ivp/ensemble/inventory`: batteries and their system controller, empty without batteries."""
    config = moment.config
    if not config.batteries:
        return []
    common = {"admin_state": 6, "communicating": True, "comm_level_sub_ghz": 5, "comm_level_2_4_ghz": 5}
    batteries = [
        {
            "part_num": "830-01760-r37",
            "serial_num": serial,
            "installed": moment.epoch - 40000000,
            "device_status": ["envoy.global.ok", "prop.done"],
            "last_rpt_date": moment.epoch - 30,
            **common,
            "admin_state_str": "ENCHG_STATE_READY",
            "sleep_enabled": False,
            "percentFull": charge(moment, number),
            "temperature": 22,
            "maxCellTemp": 23,
            "led_status": _led(battery_watts(moment)),
            "dc_switch_off": False,
            "encharge_capacity": CAPACITY_WATT_HOURS,
            "phase": "ph-a",
        }
        for number, serial in enumerate(config.battery_serials)
    ]
    controller = {
        "part_num": "860-00276-r28",
        "serial_num": "1222" + config.gateway_serial[-8:],
        "installed": moment.epoch - 40000000,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": moment.epoch - 40,
        **common,
        "admin_state": 24,
        "admin_state_str": "ENPWR_STATE_OPER_CLOSED",
        "temperature": 79,
        **relay(moment),
        "Enpwr_grid_mode": "multimode-offgrid" if moment.mains_gone else "multimode-ongrid",
        "Enpwr_relay_state_bm": 496,
        "Enpwr_curr_state_id": 16,
    }
    return [{"type": "ENCHARGE", "devices": batteries}, {"type": "ENPOWER", "devices": [controller]}]


def ensemble_power(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/ensemble/power`, with the colon that its key really has."""
    milliwatts = round(1000 * battery_watts(moment))
    return {
        "devices:": [
            {
                "serial_num": serial,
                "real_power_mw": milliwatts,
                "apparent_power_mva": milliwatts,
                "soc": charge(moment, number),
            }
            for number, serial in enumerate(moment.config.battery_serials)
        ]
    }


def security_control(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/ensemble/secctrl`: the batteries together."""
    count = moment.config.batteries
    most = CAPACITY_WATT_HOURS * count
    full = round(sum(charge(moment, number) for number in range(count)) / count) if count else 0
    return {
        "configured_backup_soc": 10,
        "adjusted_backup_soc": 10,
        "agg_soc": full,
        "Max_energy": most,
        "ENC_agg_soc": full,
        "ENC_agg_soh": 100 if count else 0,
        "ENC_agg_backup_energy": most // 10,
        "ENC_agg_avail_energy": most * full // 100,
        "Enc_commissioned_capacity": most,
        "Enc_max_available_capacity": most,
        "ACB_agg_soc": 50 if moment.config.ac_batteries else 0,
        "ACB_agg_energy": 600 * moment.config.ac_batteries,
    }


def relay(moment: SiteMoment) -> dict[str, str]:
    """`/ivp/ensemble/relay`: the mains relay."""
    gone = moment.mains_gone
    return {
        "mains_admin_state": "closed",
        "mains_oper_state": "open" if gone else "closed",
        "Enchg_grid_mode": "multimode-offgrid" if gone else "multimode-ongrid",
    }


def status(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/ensemble/status`."""
    serials = {
        serial: {"device_type": 13, "device_id": serial, "admin_state": 6, "admin_state_str": "ENCHG_STATE_READY"}
        for serial in moment.config.battery_serials
    }
    return {
        "inventory": {"serial_nums": serials},
        "counters": {},
        "secctrl": security_control(moment),
        "relay": relay(moment),
    }


def dry_contacts(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/ensemble/dry_contacts`: four defaults, all open, whether there is a controller or not."""
    return {"dry_contacts": [{"id": name, "status": "open"} for name in ("NC1", "NC2", "NO1", "NO2")]}


def generator(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/ensemble/generator`: the pattern of no generator."""
    return {
        "admin_state": "unknown",
        "oper_state": "open",
        "admin_mode": 0,
        "schedule": 0,
        "start_soc": 100,
        "stop_soc": -1,
        "exc_on": 0,
        "present": 0,
        "type": 1,
    }


def battery_watts(moment: SiteMoment) -> float:
    """W of one battery, positive while it discharges: charges from ten to four, discharges in the evening."""
    hour = moment.local.hour + moment.local.minute / 60.0
    if 10.0 <= hour < 16.0:
        return -_RATED_WATTS * 0.33
    return _RATED_WATTS * 0.33 if 17.0 <= hour < 23.0 else 0.0


def charge(moment: SiteMoment, number: int) -> int:
    """Percent full: what the hours of charging and discharging leave."""
    hour = moment.local.hour + moment.local.minute / 60.0
    up = min(max(hour - 10.0, 0.0), 6.0) / 6.0
    down = min(max(hour - 17.0, 0.0), 6.0) / 6.0
    return round(20 + 75 * (up - down) + between(0.0, 4.0, moment.config.seed, 81, number))


def _led(watts: float) -> int:
    if watts < 0:
        return _CHARGING
    return _DISCHARGING if watts > 0 else _IDLE
