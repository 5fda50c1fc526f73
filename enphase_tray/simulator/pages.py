"""Pages and error bodies as gateways of different ages word them; the facts are those of real answers."""

import json

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.message import HTML, JSON, Response


def authorization_required() -> bytes:
    """The page that firmware 7 and newer shows without a token."""
    return (
        b"<html>\n<head><title>401 Authorization Required</title></head>\n<body>\n"
        b"<center><h1>401 Authorization Required</h1></center>\n<hr><center>Redirecting to home</center>\n"
        b"<script>window.location.href = '/home';</script>\n</body>\n</html>\n"
    )


def unauthorized() -> Response:
    """The page that firmware 4 and 5 shows for `/production`."""
    return Response(401, b"<html><body><h2>401 Unauthorized</h2></body></html>\n", HTML)


def not_found(version: FirmwareVersion) -> Response:
    """What an unknown path gives on this firmware."""
    if version.numbers < (7,):
        return Response(404, b'{ "error" : "404 - Not Found" }', "application/json; charset=ISO-8859-4")
    return Response(404, b"<html>\n<head><title>404 Not Found</title></head>\n<body></body>\n</html>\n", HTML)


def page_not_found() -> Response:
    """Firmware 3's page for a path it does not know: an HTML page with status 200."""
    body = (
        b"<!DOCTYPE html>\n<html>\n<body>\n<center>\n<h2>Page Not Found</h2>\n"
        b'<p>There is no such page. Try the <a href="/">home</a> page.</p>\n</center>\n</body>\n</html>\n'
    )
    return Response(200, body, HTML)


def web_page() -> Response:
    """An HTML page where data was asked for."""
    return Response(
        200, b"<!DOCTYPE html><html><head><title>Enphase</title></head><body>Please wait</body></html>", HTML
    )


def json_response(
    value: object, headers: tuple[tuple[str, str], ...] = (), content_type: str | None = JSON
) -> Response:
    """Data as a gateway sends it."""
    return Response(200, json.dumps(value, separators=(",", ":")).encode(), content_type, headers)
