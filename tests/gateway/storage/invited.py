"""A node that may join a fleet in a real database."""

from datetime import datetime, timedelta

from config.fleet import NodeName, Role
from gateway.fleet import certificates
from gateway.fleet.invitation import new_invitation
from gateway.storage.fleet import StoredRegister

HOUR = timedelta(hours=1)


async def invited(register: StoredRegister, name: NodeName, now: datetime) -> bytes:
    """Its code, good for an hour."""
    authority = await register.found("Kroměříž", "cli:root", now)
    invitation = new_invitation(certificates.fingerprint(authority))
    await register.invite(invitation.code, name, Role.WHOLE, HOUR, "cli:root", now)
    return invitation.code
