"""The pages of access reviews over the village's real database; what directories say is given."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from config.vocabulary import Action, MunicipalityCode, SubjectId
from gateway.access_review.campaign import Held
from gateway.access_review.reviewer import Reviewer
from gateway.access_review.reviewing import Answer, Over, Reviewing
from gateway.audit.entry import Entry
from gateway.authorize.act import Act
from gateway.web.access_review.rooms import Reviews
from gateway.web.access_review.site import Site
from gateway.web.desk import Desk, Page, Refused
from gateway.web.identity import POLICIES, Assertion
from gateway.web.refusal import ShownRefusal, both
from idp.directory.person import RoleHeld
from idp.directory.same_person import OtherAccounts, no_others
from idp.events import Origin
from policies.model import Permitted
from tests.gateway.web.people import MAYOR
from tests.gateway.web.sample import NAMES
from tests.rig.reviews import HULIN, KVASICE, VILLAGE, Village, village

REVIEWER = replace(MAYOR, audience=POLICIES, actions=(Action.READ, Action.SIGN))
LOOKER = replace(REVIEWER, actions=(Action.READ,))
REGIONAL = replace(REVIEWER, actions=(Action.READ, Action.SIGN, Action.ADMINISTER))
ELSEWHERE = replace(REVIEWER, municipality=KVASICE)
NOT_YOURS = ShownRefusal(
    reason="role_not_sufficient",
    title=both(cs="K tomu vaše role nestačí", en="Your role does not suffice for this"),
    advice=both(cs="Požádejte starostu.", en="Ask the mayor."),
)


@dataclass
class Given:
    """What directories, register and settings say, and whom a change has reached."""

    village: Village
    found: Sequence[Held] = VILLAGE
    elsewhere: Sequence[Held] = ()
    holding: frozenset[tuple[SubjectId, RoleHeld]] = frozenset()
    asked: frozenset[SubjectId] = frozenset()
    used: datetime | None = None
    remove_undecided: bool = False
    reached: list[SubjectId] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    over_already: bool = False
    log_full: bool = False
    others: OtherAccounts = no_others

    def reviewing(self) -> Reviewing:
        return Reviewing(
            store=self.village.store,
            found=self._found,
            last_use=self._last_use,
            end=self._end,
            in_directory=self._in_directory,
            reach=self._reach,
            name_of=NAMES.municipality,
            remove_undecided=self.remove_undecided,
        )

    def pages(self, desk: Desk) -> Sequence[Page]:
        return Reviews(
            Site(
                desk=desk,
                reviewing=self.reviewing(),
                may_act=self._may,
                applications=NAMES.applications,
                everywhere=[HULIN, KVASICE],
                centre=HULIN,
                record=self._record,
                others=lambda who: self.others(who),  # noqa: PLW0108 - set later
            )
        ).pages()

    async def _record(self, entries: Sequence[Entry]) -> None:
        if self.log_full:
            raise OSError("no space left")
        await self.village.record(entries)

    async def _found(
        self, municipalities: Collection[MunicipalityCode], now: datetime
    ) -> dict[MunicipalityCode, Sequence[Held]]:
        blocks = await self.village.store.blocks()
        counting = [
            one
            for one in self.found
            if (one.subject, one.what) not in {(who, held.role.value) for who, held in blocks.roles}
        ]
        return {code: counting if code == HULIN else self.elsewhere for code in municipalities}

    async def _last_use(self, subject: SubjectId, municipality: MunicipalityCode) -> datetime | None:
        return self.used

    async def _end(self, held: Held, comment: str, by: Reviewer, now: datetime) -> None:
        if self.over_already:
            raise Over
        self.ended.append(held.what)

    async def _in_directory(self, subjects: Collection[SubjectId]) -> Answer:
        return Answer(self.holding, self.asked)

    async def _reach(self, subjects: Collection[SubjectId]) -> None:
        self.reached += subjects

    async def _may(self, caller: Assertion, act: Act, origin: Origin) -> Permitted:
        """The policies as the assertion tells of them."""
        if act.action not in caller.actions:
            raise Refused(NOT_YOURS)
        return Permitted(rule="policies-approve", version="1")


def given(folder: Path) -> Given:
    return Given(village(folder))
