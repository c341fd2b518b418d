"""A register of accounts without a second factor, kept in memory, and the pages that tell it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from config.vocabulary import Role, SubjectId
from gateway.audit.questions import questions
from gateway.sessions.without_factor import Account, Standing
from gateway.web.desk import Desk
from gateway.web.officer.answers import Answers
from gateway.web.officer.rooms import Officer
from idp.directory.person import AccountState, RoleHeld
from idp.events import Actor
from idp.login.authenticator import Proofs
from idp.login.exception import new_exception
from tests.gateway.web.people import KROMERIZ, KVASICE, NOW

LUCIE = Account(
    subject=SubjectId("urad:l"),
    login="mala.lucie",
    name="Lucie Malá",
    roles=(RoleHeld(KVASICE, Role.CLERK),),
    state=AccountState.ACTIVE,
    proofs=Proofs(recovery_codes=3),
    exception=new_exception(
        SubjectId("urad:l"),
        "mala.lucie",
        "Ztracený telefon",
        Actor("dvorak", "urad:d"),
        NOW,
        NOW + timedelta(days=9),
    ),
    exception_before=None,
    standing=Standing.EXCEPTION,
)
PETR = replace(
    LUCIE,
    subject=SubjectId("urad:p"),
    login="svoboda.petr",
    name="Petr Svoboda",
    roles=(RoleHeld(KROMERIZ, Role.CLERK),),
    exception=None,
    standing=Standing.NONE,
)


@dataclass
class MemoryAccounts:
    kept: tuple[Account, ...] = (LUCIE, PETR)

    async def accounts(self, asked, now):
        """As far as the reader may know."""
        return [
            one
            for one in self.kept
            if asked.within is None or asked.within in {held.municipality for held in one.roles}
        ]

    def answers(self, desk: Desk, officer: Officer) -> Answers:
        return Answers(
            desk,
            officer.log,
            officer.record,
            officer.names,
            officer.reach,
            questions([]),
            officer.reviews,
            accounts=self.accounts,
        )
