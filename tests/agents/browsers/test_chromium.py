"""A real Chromium shows the certificate to the gateway's domain without asking anybody, and to nobody afterwards."""

import os
import shutil
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agents.browsers.browsers import OnLinux
from agents.browsers.people import Person
from tests.agents.browsers.test_browsers import AUTHORITY, certificate
from tests.rig.authority import make_authority, server_pair

CHROMIUM = "/usr/bin/chromium"
"""The whole one: the one without windows of its own reads no policies."""
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *(
        "--disable-component-update",
        "--disable-sync",
        "--ignore-certificate-errors",
        "--password-store=basic",
    ),
    "--host-resolver-rules=MAP *.brana.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WITH_POLICIES = 'mount --bind "$0" /etc/chromium && exec "$@"'
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (os.access(CHROMIUM, os.X_OK) and shutil.which("pk12util") and Path("/etc/chromium").is_dir()),
        reason="no Chromium that reads policies, or no libnss3-tools",
    ),
]


class Asks(BaseHTTPRequestHandler):
    """Says whose certificate was shown."""

    def do_GET(self):
        shown = self.connection.getpeercert()
        names = dict(one[0] for one in shown["subject"]) if shown else {}
        body = f"shown: {names.get('commonName', 'none')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(tmp_path):
    pair = server_pair(make_authority(tmp_path / "authority"), names=("records.brana.test",))
    believed = tmp_path / "devices.pem"
    believed.write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)
    tls.load_verify_locations(believed)
    tls.verify_mode = ssl.CERT_OPTIONAL
    server = HTTPServer(("127.0.0.1", 0), Asks)
    server.handle_error = lambda *_: None
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://records.brana.test:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def seen(home, root, url):
    (root / "etc/chromium").mkdir(parents=True, exist_ok=True)
    profile = home / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    said = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", WITH_POLICIES),
            *(
                str(root / "etc/chromium"),
                CHROMIUM,
                *ARGUMENTS,
                f"--user-data-dir={profile}",
                "--dump-dom",
                url,
            ),
        ],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return said.stdout


def test_chromium_shows_the_devices_certificate_until_it_is_taken_away(tmp_path, site):
    home, root = tmp_path / "home", tmp_path / "root"
    home.mkdir()
    browsers = OnLinux("https://devices.brana.test", root, [Person(os.getuid(), os.getgid(), home)])
    browsers.give(certificate())
    assert f"shown: {'d' * 22}" in seen(home, root, site)
    browsers.take_away()
    assert "shown: none" in seen(home, root, site)
