"""Who asks for an act of review, and why it came to nothing."""

from dataclasses import dataclass
from enum import StrEnum

from config.vocabulary import MunicipalityCode, SubjectId
from gateway.audit.acts import SYSTEM
from idp.directory.same_person import OtherAccounts, no_others, same_person
from idp.events import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """`municipality`: for which one acts; None is the whole district, for commands and the region."""

    subject: SubjectId
    login: str
    municipality: MunicipalityCode | None
    own_municipality: str = ""
    session: str = ""
    address: str = ""
    request_id: str = ""
    others: OtherAccounts
    """Which accounts are one person's."""

    @property
    def actor(self) -> Actor:
        return Actor(self.login, self.subject)

    def is_also(self, subject: SubjectId) -> bool:
        """Whether that account is theirs, too."""
        return subject != self.subject and same_person(self.subject, subject, self.others)

    def concerned_with(self, municipality: str) -> bool:
        return self.municipality is None or self.municipality == municipality


BY_ITSELF = Reviewer(subject=SubjectId(SYSTEM), login=SYSTEM, municipality=None, others=no_others)
"""The product, where a setting says what is to be done."""


class NotDone(StrEnum):
    """Why an act of review came to nothing."""

    UNKNOWN = "review_not_found"
    """There is none, or it is another municipality's: nobody learns which."""
    NOT_CENTRE = "not_for_the_centre"
    """What concerns every municipality, of somebody who acts for another than the office of the centre."""
    CLOSED = "review_closed"
    OWN_ACCESS = "own_access"
    SAME_PERSON = "same_person"
    """The access is that of another account of whoever decides."""
    GONE = "access_gone"
    COMMENT = "review_comment_missing"
    FINAL = "removal_final"
    UNDER_WAY = "review_under_way"
    DEADLINE = "review_deadline_unusable"
    UNFINISHED = "review_not_finished"
    NOTHING = "review_of_nothing"
    NOT_REMOVED = "access_not_removed"


class ReviewRefused(Exception):
    def __init__(
        self, reason: NotDone, *, municipality: str = "", of: str = "", of_subject: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.municipality = municipality
        self.of, self.of_subject = of, of_subject
