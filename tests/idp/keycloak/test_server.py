"""A server that answers, but not as a Keycloak does: over real TLS, asked by the real library."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.keycloak import Realm
from idp.keycloak.errors import KeycloakUnusable
from idp.keycloak.provision import plan
from idp.keycloak.server import connect
from tests.idp.keycloak.office import office, provider
from tests.rig.authority import make_authority, server_pair

pytestmark = [
    pytest.mark.real,
    # python-keycloak makes a client of httpx beside the one that it uses, with a file that httpx wants otherwise
    pytest.mark.filterwarnings("ignore:`verify=<str>` is deprecated:DeprecationWarning"),
]
TOKEN = json.dumps({"access_token": "x", "expires_in": 60})


@contextmanager
def answering(folder: Path, token: str, other: str, kind: str) -> Iterator[tuple[str, Path]]:
    """Address and authority of a server that says `token` to whoever signs in, and `other` to all else."""

    class Handler(BaseHTTPRequestHandler):
        def _say(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = (token if self.path.endswith("/token") else other).encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _say  # noqa: N815 - names of the library

        def log_message(self, *_: object) -> None:
            return

    made = make_authority(folder / "tls")
    pair = server_pair(made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}", made.certificate
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("token", "other", "kind"),
    [
        ("<html>Login</html>", "<html>Login</html>", "text/html"),
        (TOKEN, "<html>Login</html>", "text/html"),
        (TOKEN, "[]", "application/json"),
        (TOKEN, '"x"', "application/json"),
        (TOKEN, "null", "application/json"),
        (TOKEN, '{"id": 1}', "application/json"),
        ("{}", "{}", "application/json"),
        ('{"access_token": null}', "{}", "application/json"),
    ],
)
def test_what_answers_otherwise_than_a_keycloak_is_told_and_no_secret_with_it(
    tmp_path: Path, token: str, other: str, kind: str
):
    with answering(tmp_path, token, other, kind) as (address, authority):
        asked = office(realm=Realm(address, "obec"), provider=provider(authority=authority))
        with pytest.raises(KeycloakUnusable) as refused:
            plan(connect(asked, "tajemstvi-spravce"), asked, lambda _: None)
    assert address in str(refused.value)
    assert "tajemstvi" not in str(refused.value)
