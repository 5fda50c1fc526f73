"""All that a gateway is ever asked for: the endpoints, who it is, and whether a token holds."""

from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.info import PATH as INFO

CHECK_TOKEN = "/auth/check_jwt"  # noqa: S105 - a path, not a secret

PATHS = frozenset({INFO, f"{INFO}.xml", CHECK_TOKEN, *(endpoint.path for endpoint in (*ENDPOINTS, *FALLBACKS))})
"""Each only reads; a gateway's writing paths are not among them."""
