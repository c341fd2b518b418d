"""What an operator asks the log for: a word that neither the product nor the log knows is named as a mistake."""

from collections.abc import Iterable
from difflib import get_close_matches

from config.vocabulary import MunicipalityCode
from gateway.audit.reasons import Reasons
from gateway.audit.search import Query
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State
from gateway.storage.audit_search import LogSearch


async def municipality_of(state: State, written: str) -> MunicipalityCode:
    """By code, organisation number or name; a code that only old entries have is searched for too."""
    code = state.district.found(written)
    if code is not None:
        return code
    if await _in_log(state, Query(municipality=MunicipalityCode(written))):
        return MunicipalityCode(written)
    names = [one.name for one in state.district.values()]
    remedy = f"write a code, organisation number or name of {state.settings.office.district}"
    raise CannotStart(f"--municipality: there is no municipality {written!r}{_meant(written, names)}", remedy)


async def reason_of(state: State, written: str, reasons: Reasons) -> str:
    """A reason of a policy that is in force no more is searched for too, where an entry has it."""
    if reasons.name(written) is None and not await _in_log(state, Query(reason=written)):
        known = [code for _, group in reasons.groups for code in group]
        what = f"--reason: there is no reason {written!r}{_meant(written, known)}"
        raise CannotStart(
            what, "each entry ends with its reason in brackets; the officers' filter lists all of them"
        )
    return written


async def _in_log(state: State, query: Query) -> bool:
    return bool((await LogSearch(state.database).page(query, limit=1)).entries)


def _meant(written: str, known: Iterable[str]) -> str:
    near = get_close_matches(written, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
