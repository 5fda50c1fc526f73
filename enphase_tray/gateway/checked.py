"""POST over HTTPS, checked as browsers do, to the hosts of Enphase alone. Loaded with the first request to them.

A bare requests adapter instead of a session: no cookies, no redirects, no `.netrc`, no proxies and no environment can
touch it; its connections are opened by a `Line`.
"""

import ssl
from collections.abc import Mapping
from typing import Any

from requests import PreparedRequest, RequestException, Response
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, DecodeError, HTTPError, NewConnectionError

from enphase_tray.gateway.exchange import RawAnswer
from enphase_tray.gateway.line import Damaged, Line
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import tr

_CHUNK = 65536


class CheckedAdapter(HTTPAdapter):
    """One connection, no retries, no proxies; certificate and host name are checked for each."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=False)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = self._line.tls_socket_class
        super().init_poolmanager(connections, maxsize, block, ssl_context=context, **pool_kwargs)
        http = type("_LineHttp", (_Http,), {"line": self._line})
        https = type("_LineHttps", (_Https,), {"line": self._line})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_LineHttpPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("_LineHttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }

    def proxy_manager_for(self, proxy: Any, **proxy_kwargs: Any) -> Any:
        raise ValueError("no proxy is ever used")

    def post(
        self, url: str, headers: Mapping[str, str], body: bytes, ca_file: str | None, seconds: float, cap: int
    ) -> RawAnswer:
        """The answer, within what the line allows. Raises `NotUnderstood` beyond `cap` bytes, OSError, `Damaged`.

        `ca_file` has the certificate authorities, by default those that come with requests.
        """
        request = PreparedRequest()
        request.method, request.url, request.body = "POST", url, body
        request.headers = CaseInsensitiveDict({**headers, "Content-Length": str(len(body))})
        response = self.send(request, stream=True, timeout=(seconds, seconds), verify=ca_file or DEFAULT_CA_BUNDLE_PATH)
        try:
            return RawAnswer(response.status_code, response.headers, _body(response, cap))
        except DecodeError as error:
            raise Damaged("content encoding") from error
        except HTTPError as error:
            raise RequestException("the answer broke off") from error
        finally:
            response.close()


def _body(response: Response, cap: int) -> bytes:
    """The body of a streamed response, content encodings undone. Raises `NotUnderstood` beyond `cap` bytes."""
    parts = []
    size = 0
    while part := response.raw.read(_CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > cap:
            raise NotUnderstood(tr("An answer is far longer than any that a gateway gives"), tr("Check the address"))
    return b"".join(parts)


class _Opening:
    line: Line
    timeout: Any

    def _new_conn(self) -> Any:
        try:
            return self.line.open(float(self.timeout))
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error  # type: ignore[arg-type]  # it is mixed into one


class _Http(_Opening, HTTPConnection):
    pass


class _Https(_Opening, HTTPSConnection):
    pass
