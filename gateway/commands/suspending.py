"""Suspensions in the running product, which remembers them: put together."""

from functools import partial

from config.vocabulary import DeviceId, device_subject
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Entry
from gateway.audit.search import Having, Query
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import State, now
from gateway.incidents.suspending import Suspending, Whom
from gateway.incidents.suspension import Suspension
from gateway.sessions.store import SessionStore
from gateway.storage.audit_search import LogSearch


async def look_at_suspensions(plane: ControlPlane) -> None:
    """Decisions go by the database's word from now on."""
    plane.suspended.take(await plane.state.suspensions.standing(now()))
    if plane.tunnels is not None:  # one may have been opened for a device from a browser in another one
        plane.tunnels[0].everything()


def suspending(plane: ControlPlane) -> Suspending:
    """By what the plane has taken."""
    state = plane.state
    return Suspending(
        store=state.suspensions,
        sessions=plane.office,
        ending=partial(ending_with, state),
        stop=lambda news, moment: state.identities.stop_sign_ins(news, plane.settings.sign_in, moment),
        took=partial(look_at_suspensions, plane),
        record=state.record,
        others=plane.persons.others,
    )


async def device_seen(state: State, device: DeviceId) -> Whom | None:
    """As its open sessions say, or the newest entry that names it; None where nobody has used such a one."""
    subject = device_subject(device)
    found = await state.sessions.open_of([subject])
    agents = [*(one.user_agent for one in found.sessions), *(one.user_agent for one in found.sign_ons)]
    if not agents:
        named = Query(having=(Having("device", frozenset({device})),))
        page = await LogSearch(state.database).page(named, limit=1)
        agents = [
            str(one.entry.details.get("user_agent", "")) for one in page.entries if isinstance(one, Recorded)
        ]
    return Whom(subject, device, agents[0]) if agents else None


def ending_with(state: State, made: Suspension, entry: Entry) -> SessionStore:
    """Sessions that end in the transaction that keeps the suspension."""
    end = state.suspensions.with_sessions(made, entry, state.single_sign_on.end)
    return state.sessions_that_end(end)
