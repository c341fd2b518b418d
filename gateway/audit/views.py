"""Saved views: questions to the log that an officer named, to find them again; shared with others who see as far."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from config.vocabulary import MunicipalityCode, SubjectId
from gateway.audit.canonical import Detail
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

NAME_MAX = 80  # characters
ASKED_MAX = 2000  # characters of the address's query
MOST = 100  # views of one officer


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    owner: SubjectId
    owner_name: str
    """The login, as it was when the view was saved."""
    name: str
    asked: str
    """The filters, as they stand in the address of the log: `person=…&outcome=refused`."""
    shared: bool
    within: MunicipalityCode | None
    """The only municipality whose entries the owner could see; None: all. It is shared with those who see the same."""
    saved_at: datetime


class TooManyViews(Exception):
    """An officer has as many as anybody may."""

    def __init__(self) -> None:
        super().__init__(f"nobody keeps more than {MOST} views; remove one that is not needed")


class Views(Protocol):
    async def seen(self, by: SubjectId, within: MunicipalityCode | None) -> Sequence[View]:
        """Their own and those shared with them, by name."""
        ...

    async def keep(self, view: View, entry: Entry) -> None:
        """In the place of the owner's view of the same name, if there is one; recorded with it. Raises TooManyViews."""
        ...

    async def remove(self, owner: SubjectId, name: str, entry: Entry) -> bool:
        """Whether there was such a one; recorded if so."""
        ...


def kept(view: View, session: str, address: str, request_id: str) -> Entry:
    """A view was saved, anew or in the place of another."""
    told: dict[str, Detail] = {
        "view": neutral(view.name, NAME_MAX),
        "asked": neutral(view.asked, ASKED_MAX),
        "shared": view.shared,
    }
    return Entry(
        code=Code.VIEW_KEPT,
        outcome=Outcome.SUCCESS,
        at=view.saved_at,
        subject=view.owner,
        person=view.owner_name,
        session=session,
        own_municipality=view.within or "",
        address=address,
        request_id=request_id,
        details=told,
    )


def removed(kept: Entry) -> Entry:
    """The view whose keeping `kept` would tell of is no more."""
    return replace(kept, code=Code.VIEW_REMOVED, details={"view": kept.details["view"]})
