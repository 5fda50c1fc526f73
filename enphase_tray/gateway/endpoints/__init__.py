"""The shelf of endpoints: one file each, and this explicit list, which is also the order of asking.

`FALLBACKS` stand in for an endpoint of the same name that turned out to be absent.
"""

from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.endpoints import (
    consumption_v1,
    device_data,
    dry_contact_settings,
    dry_contacts,
    energy,
    ensemble_inventory,
    ensemble_power,
    ensemble_status,
    home,
    inventory,
    inverters_v1,
    meters,
    production_json,
    production_page,
    production_v1,
    readings,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    meters.ENDPOINT,
    production_json.ENDPOINT,
    production_v1.ENDPOINT,
    production_page.ENDPOINT,
    device_data.ENDPOINT,
    inverters_v1.ENDPOINT,
    inventory.ENDPOINT,
    readings.ENDPOINT,
    energy.ENDPOINT,
    consumption_v1.ENDPOINT,
    ensemble_inventory.ENDPOINT,
    ensemble_power.ENDPOINT,
    ensemble_status.ENDPOINT,
    dry_contacts.ENDPOINT,
    dry_contact_settings.ENDPOINT,
    home.ENDPOINT,
)
FALLBACKS: tuple[Endpoint, ...] = (production_json.FALLBACK, inventory.FALLBACK, home.FALLBACK)
