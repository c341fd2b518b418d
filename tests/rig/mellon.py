"""A hosted application that knows SAML 2.0 alone: a real Apache with mod_auth_mellon (Debian) as service provider.

It is three of them: the one below `/strong` wants a key shown, the one below `/sealed` gets encrypted assertions. It
knows our metadata, has a key of its own, and signs its requests. Of a person it tells in headers what it was told.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp.saml.keys import certified
from tests.rig.apache import APACHE, NOBODY
from tests.rig.child import child

MODULES = (
    *("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers", "mime"),
    "auth_mellon",
)
METADATA = """<EntityDescriptor entityID="{at}/metadata" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true"
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>
</ds:KeyInfo></KeyDescriptor>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{at}/logout"/>
<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:{names}</NameIDFormat>
<AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
 Location="{at}/postResponse"/>
</SPSSODescriptor></EntityDescriptor>
"""
CONFIGURATION = """
ServerName {origin}
UseCanonicalName On
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors.log
LogLevel info
Listen 127.0.0.1:{port}
{modules}
LimitRequestLine 32000
TypesConfig /dev/null
DocumentRoot {folder}/files
MellonLockFile {folder}/lock
<Directory {folder}/files>
    Require all granted
</Directory>
<Location />
    MellonEnable info
    MellonEndpointPath /mellon
    MellonSPMetadataFile {folder}/sp.xml
    MellonSPPrivateKeyFile {folder}/sp.key
    MellonSPCertFile {folder}/sp.crt
    MellonIdPMetadataFile {folder}/idp.xml
    MellonSignatureMethod rsa-sha256
    MellonSecureCookie On
    MellonMergeEnvVars On
    MellonUser uid
    Header always set X-Name-Id "%{{MELLON_NAME_ID}}e"
    Header always set X-Uid "%{{MELLON_uid}}e"
    Header always set X-Roles "%{{MELLON_roles}}e"
</Location>
<Location /in>
    MellonEnable auth
    AuthType Mellon
    Require valid-user
</Location>
<Location /strong>
    MellonEndpointPath /strong/mellon
    MellonSPMetadataFile {folder}/strong.xml
    MellonVariable strong
    MellonEnable auth
    AuthType Mellon
    Require valid-user
    MellonAuthnContextClassRef urn:brana:acr:phishing-resistant
</Location>
<Location /sealed>
    MellonEndpointPath /sealed/mellon
    MellonSPMetadataFile {folder}/sealed.xml
    MellonVariable sealed
    MellonEnable auth
    AuthType Mellon
    Require valid-user
</Location>
"""


class ServiceProvider:
    """`origin`: as people reach it, through the gate."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin = folder, ""
        private = rsa.generate_private_key(65537, 2048)
        self._pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = certified(self._pem, "archive.test", datetime.now(UTC))

    @property
    def certificate(self) -> bytes:
        return self._key.certificate.public_bytes(Encoding.PEM)

    @property
    def log(self) -> str:
        return (self.folder / "errors.log").read_text("utf-8")

    @contextlib.contextmanager
    def running(self, port: int, metadata: str) -> Iterator[None]:
        """`metadata`: ours."""
        files = self.folder / "files"
        for name in ("in", "strong", "sealed", "bye"):
            (files / name).mkdir(parents=True)
            (files / name / "index.html").write_text(f"<h1>spisovna: {name}</h1>", "utf-8")
        for file, below, names in (
            ("sp.xml", "", "transient"),  # by which it finds its own session of several of one person
            ("strong.xml", "/strong", "persistent"),
            ("sealed.xml", "/sealed", "persistent"),
        ):
            at, certificate = f"{self.origin}{below}/mellon", self._key.certificate_text
            text = METADATA.format(certificate=certificate, at=at, names=names)
            (self.folder / file).write_text(text)
        (self.folder / "sp.key").write_bytes(self._pem)
        (self.folder / "sp.crt").write_bytes(self.certificate)
        (self.folder / "idp.xml").write_text(metadata, "utf-8")
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES
        )
        text = CONFIGURATION.format(folder=self.folder, port=port, modules=modules, origin=self.origin)
        (self.folder / "apache.conf").write_text(text)
        nobody = NOBODY if os.getuid() == 0 else None
        if nobody is not None:
            for one in (self.folder, *self.folder.rglob("*")):
                shutil.chown(one, nobody, nobody)
        command = [APACHE, "-f", str(self.folder / "apache.conf"), "-D", "FOREGROUND"]
        with child(command, port, nobody):
            yield


@contextlib.contextmanager
def service_provider() -> Iterator[ServiceProvider]:
    """With a key of its own; not yet running."""
    with tempfile.TemporaryDirectory(prefix="brana-mellon-") as kept:
        yield ServiceProvider(Path(kept))
