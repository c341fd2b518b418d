"""Suspensions in the running product, which remembers them: put together."""

from functools import partial

from gateway.audit.entry import Entry
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import State, now
from gateway.incidents.suspending import Suspending
from gateway.incidents.suspension import Suspension
from gateway.sessions.store import SessionStore


async def look_at_suspensions(plane: ControlPlane) -> None:
    """Decisions go by the database's word from now on."""
    plane.suspended.take(await plane.state.suspensions.standing(now()))


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


def ending_with(state: State, made: Suspension, entry: Entry) -> SessionStore:
    """Sessions that end in the transaction that keeps the suspension."""
    end = state.suspensions.with_sessions(made, entry, state.single_sign_on.end)
    return state.sessions_that_end(end)
