"""Chromium's own authenticator in place of a security key or a passkey."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import CDPSession, Page


@dataclass(frozen=True, slots=True)
class VirtualKey:
    """Chromium's own authenticator (Chrome DevTools Protocol, WebAuthn) of one page."""

    client: CDPSession
    here: dict[str, str]

    async def copied_to(self, page: Page) -> None:
        """The same keys at another window, which Chromium gives an authenticator of its own."""
        other = await _authenticator(page, verifies=True)
        for key in (await self.client.send("WebAuthn.getCredentials", self.here))["credentials"]:
            await other.client.send("WebAuthn.addCredential", {**other.here, "credential": key})


@asynccontextmanager
async def virtual_key(page: Page, *, verifies: bool = True) -> AsyncIterator[VirtualKey]:
    """Discoverable, with direct attestation."""
    made = await _authenticator(page, verifies=verifies)
    try:
        yield made
    finally:
        await made.client.send("WebAuthn.removeVirtualAuthenticator", made.here)


async def _authenticator(page: Page, *, verifies: bool) -> VirtualKey:
    client = await page.context.new_cdp_session(page)
    await client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = await client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return VirtualKey(client, {"authenticatorId": made["authenticatorId"]})
