"""Clients are told of sessions that are over; one node does it for all."""

import asyncio

from config.settings import Settings
from config.vocabulary import SessionId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.sessions.session import Session
from gateway.sign_outs.delivery import LOOK_EVERY, Delivery
from gateway.sign_outs.post import Post
from gateway.sign_outs.sign_out import Receiver, Receivers
from gateway.storage.audit import append
from gateway.storage.client_sign_outs import StoredSignOuts
from idp.oidc import front_channel
from idp.oidc.client import ClientId


async def tell_clients(plane: ControlPlane) -> None:
    """For as long as the process serves."""
    delivery = Delivery(
        StoredSignOuts(plane.state.database, append),
        lambda: receivers_of(plane.settings),
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


async def frames_of(plane: ControlPlane, session: Session) -> tuple[str, ...]:
    """What the browser loads of other applications when that session ends; asked before it does."""
    registered = {
        ClientId(one.id): one.frontchannel_logout_uri
        for one in plane.settings.oidc_clients
        if one.frontchannel_logout_uri is not None
    }
    if not registered:
        return ()
    sid = SessionId(session.provider_sid)
    signed_in_to = await plane.state.identities.look(lambda book: book.signed_in_to(sid))
    return front_channel.addresses(signed_in_to, registered, plane.addresses.issuer, sid)


def receivers_of(settings: Settings) -> Receivers:
    return {
        ClientId(one.id): Receiver(
            address=one.backchannel_logout_uri,
            algorithm=one.id_token_algorithm,
            authority=one.backchannel_logout_authority,
        )
        for one in settings.oidc_clients
        if one.backchannel_logout_uri is not None
    }
