"""A real mail server that speaks STARTTLS with a certificate of the test's own, and keeps what it takes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from tests.rig.authority import make_authority, server_pair


@dataclass
class MailServer:
    port: int = 0
    refuses: str = ""
    """The answer to a recipient, as `550 5.1.1 no such mailbox`; empty: everybody is taken."""
    password: str = ""
    """Of the only user there is; empty: nobody is asked."""
    got: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the same
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password.decode() == self.password, handled=False)


@asynccontextmanager
async def mail_server(folder: Path, password: str = "", *, direct: bool = False) -> AsyncIterator[MailServer]:
    """On a free port of loopback; its authority is `folder`/ca.pem. `direct`: TLS from the first byte."""
    pair = server_pair(make_authority(folder))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    made = MailServer(password=password)
    tls: dict[str, Any] = {} if direct else {"tls_context": context, "require_starttls": True}
    login: dict[str, Any] = {"authenticator": made.authenticate, "auth_required": True} if password else {}
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(made, hostname="mail.obec.test", loop=loop, **tls, **login),
        host="127.0.0.1",
        port=0,
        ssl=context if direct else None,
    )
    try:
        made.port = listening.sockets[0].getsockname()[1]
        yield made
    finally:
        listening.close()
        await listening.wait_closed()
