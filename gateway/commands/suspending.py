"""Suspensions, put together: in the running product, which remembers them, and beside it, for a command."""

from functools import partial

from gateway.audit.entry import Entry
from gateway.commands.control_plane import ControlPlane
from gateway.commands.sessions import office_of, tell
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
        ending=partial(_ending, state),
        stop=lambda news, moment: state.identities.stop_sign_ins(news, plane.settings.sign_in, moment),
        took=partial(look_at_suspensions, plane),
        record=state.record,
    )


def suspending_beside(state: State) -> Suspending:
    """The running product is told to look again. Raises what `sessions.tell` does."""

    async def took() -> None:
        await tell(state, "the suspension is")

    return Suspending(
        store=state.suspensions,
        sessions=office_of(state),
        ending=partial(_ending, state),
        stop=lambda news, moment: state.identities.stop_sign_ins(news, state.settings.sign_in, moment),
        took=took,
        record=state.record,
    )


def _ending(state: State, made: Suspension, entry: Entry) -> SessionStore:
    end = state.suspensions.with_sessions(made, entry, state.single_sign_on.end)
    return state.sessions_that_end(end)
