"""Clients are told of sessions that are over, by one node for all; and what the browser loads of them at a sign-out."""

import asyncio
from collections.abc import Awaitable, Callable

from config.vocabulary import SessionId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.relying_parties import relying_parties
from gateway.commands.saml import service_providers
from gateway.commands.state import now
from gateway.sessions.session import Session
from gateway.sign_outs.delivery import LOOK_EVERY, Delivery
from gateway.sign_outs.post import Post
from gateway.sign_outs.sign_out import Receiver, Receivers
from gateway.storage.audit import append
from gateway.storage.client_sign_outs import StoredSignOuts
from idp.oidc import front_channel


async def tell_clients(plane: ControlPlane) -> None:
    """For as long as the process serves."""
    taken, receivers = (plane.settings, plane.own_clients.clients), receivers_of(plane)

    def current() -> Receivers:
        nonlocal taken, receivers
        if plane.settings is not taken[0] or plane.own_clients.clients is not taken[1]:
            taken, receivers = (plane.settings, plane.own_clients.clients), receivers_of(plane)
        return receivers

    delivery = Delivery(
        StoredSignOuts(plane.state.database, append),
        current,
        Post(plane.keys.provider, plane.addresses.issuer, now).send,
        now,
    )
    try:
        while True:
            if plane.nodes.leads:
                await delivery.step()
            await asyncio.sleep(LOOK_EVERY)
    finally:
        await delivery.rest()


def receivers_of(plane: ControlPlane) -> Receivers:
    authorities = {one.id: one.backchannel_logout_authority for one in plane.settings.oidc_clients}
    return {
        name: Receiver(client=client, address=client.backchannel_logout_uri, authority=authorities.get(name))
        for name, client in plane.own_clients.told(relying_parties(plane)).items()
        if client.backchannel_logout_uri is not None
    }


def frames_of(plane: ControlPlane) -> Callable[[Session], Awaitable[tuple[str, ...]]]:
    """What the browser loads of other applications when a session ends; asked before it does."""
    clients, door = relying_parties(plane), service_providers(plane)

    async def frames(session: Session) -> tuple[str, ...]:
        if door is None and not any(one.frontchannel_logout_uri for one in clients.values()):
            return ()
        sid = SessionId(session.provider_sid)
        signed_in_to = await plane.state.identities.look(lambda book: book.signed_in_to(sid))
        issuer = plane.addresses.issuer
        addresses = front_channel.addresses(signed_in_to, clients, issuer, sid)
        over = await plane.state.identities.look(lambda book: book.session(sid))
        if door is None or over is None:
            return addresses
        return (*addresses, *door.frames(signed_in_to, over, issuer, now()))

    return frames
