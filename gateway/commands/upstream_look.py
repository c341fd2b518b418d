"""Reaches one server of an application as Envoy will: its name, a connection, TLS, the path of its health."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass

import h2.config
import h2.connection
import h2.events

from config.settings import Application, Health, UpstreamTls
from config.upstreams import Upstream
from gateway.envoy.upstream_tls import ALPN, name_of

PATIENCE = 5.0  # seconds for each step
LARGEST = 65_536  # bytes of an answer's head


@dataclass(frozen=True, slots=True)
class Seen:
    """`said`: what was found, or is wrong; `remedy`: empty where all is well."""

    said: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy


async def look(application: Application, upstream: Upstream, authority: str) -> Seen:
    """`authority`: host (with port) by which the application is asked."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await _connected(application, upstream)
    except TimeoutError:
        return Seen(
            f"no connection within {PATIENCE:g} s", "let this machine through to it, or correct the address"
        )
    except ssl.SSLCertVerificationError as error:
        return Seen(f"its certificate is not believed: {error.verify_message}", _mend(application, upstream))
    except (ssl.SSLError, ConnectionError) as error:
        what = "no connection" if application.tls is None else "no TLS or no connection"
        return Seen(f"{what}: {_words(error)}", "start it, or correct `upstreams`")
    except OSError as error:
        return Seen(_words(error), "correct the name or the address in `upstreams`, or start the server")
    try:
        secret = writer.get_extra_info("ssl_object")
        if secret is not None and application.protocol == "http2" and secret.selected_alpn_protocol() != "h2":
            return Seen("it does not speak HTTP/2", 'take out `protocol = "http2"`, or turn HTTP/2 on there')
        return await _health(application, reader, writer, authority)
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def _connected(
    application: Application, upstream: Upstream
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if application.tls is None:
        return await asyncio.open_connection(upstream.host, upstream.port, limit=LARGEST)
    return await asyncio.open_connection(
        upstream.host,
        upstream.port,
        limit=LARGEST,
        ssl=_context(application.tls, ALPN[application.protocol]),
        server_hostname=name_of(application.tls, upstream.host),
    )


def _context(tls: UpstreamTls, alpn: str) -> ssl.SSLContext:
    """No authority but the configured one, the name among the alternative names: as `gateway/envoy/upstream_tls.py`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(tls.authority)
    context.set_alpn_protocols([alpn])
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


async def _health(
    application: Application, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str
) -> Seen:
    """Without `health` nothing is asked: no other path is known to be anybody's."""
    health = application.health
    if health is None:
        return Seen("reached")
    ask = _status_by_http_2 if application.protocol == "http2" else _status_by_http_1
    try:
        async with asyncio.timeout(health.timeout.total_seconds()):
            status = await ask(reader, writer, authority, health)
    except (OSError, TimeoutError, ValueError, EOFError, ssl.SSLError) as error:
        return Seen(
            f"{health.path} has no answer: {_words(error)}",
            "correct `health.path`, or see why it does not answer",
        )
    if status not in health.statuses:
        wanted = ", ".join(map(str, health.statuses))
        return Seen(f"{health.path} answers {status}, not {wanted}", "correct `health`, or mend the server")
    return Seen(f"reached, {health.path} answers {status}")


async def _status_by_http_1(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str, health: Health
) -> int:
    writer.write(f"GET {health.path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n".encode())
    line = (await reader.readuntil(b"\r\n")).decode("latin-1")
    return int(line.split(" ")[1])


async def _status_by_http_2(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, authority: str, health: Health
) -> int:
    """RFC 9113, by prior knowledge where there is no TLS."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    scheme = "http" if writer.get_extra_info("ssl_object") is None else "https"
    asked = {":method": "GET", ":scheme": scheme, ":authority": authority, ":path": health.path}
    connection.send_headers(1, list(asked.items()), end_stream=True)
    while True:
        writer.write(connection.data_to_send())
        received = await reader.read(LARGEST)
        if not received:
            raise EOFError("the connection ended")
        for event in connection.receive_data(received):
            if isinstance(event, h2.events.ResponseReceived):
                return int({str(name): str(value) for name, value in event.headers}[":status"])


def _mend(application: Application, upstream: Upstream) -> str:
    assert application.tls is not None
    name = name_of(application.tls, upstream.host)
    return (
        f"it must be signed by {application.tls.authority} and bear the name {name}: correct `tls.authority` or "
        "`tls.server_name`, or have another certificate issued"
    )


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text or type(error).__name__
