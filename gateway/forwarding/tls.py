"""How a receiver proves who it is, and we to it."""

import ssl

from config.settings import AuditReceiver
from gateway.forwarding.forwarder import NotTaken

UNUSABLE = "receiver_settings_unusable"


def context_of(receiver: AuditReceiver) -> ssl.SSLContext:
    """TLS 1.3, certificate and name verified. Files are read anew for each line. Raises NotTaken."""
    try:
        made = ssl.create_default_context(cafile=receiver.authority)
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        if receiver.certificate is not None:
            made.load_cert_chain(receiver.certificate, receiver.key)
    except (OSError, ValueError) as error:
        raise NotTaken(UNUSABLE, str(error)) from error
    return made
