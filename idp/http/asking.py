"""Has the directory try a password, after the guess is charged to whom it is about."""

from dataclasses import dataclass, replace

from aiohttp import web

from config.vocabulary import SubjectId
from idp.directory.person import Person
from idp.http.provider import Provider, provider_of
from idp.http.visit import caller_of
from idp.login import charging
from idp.login.charging import NotTried, Rules
from idp.login.desk import Caller
from idp.login.effects import AskDirectory
from idp.login.flow_password import TO_BE_CHANGED
from idp.login.inputs import Answer, Rejected, Stale, Unanswered
from idp.login.states import CheckingPassword
from idp.login.throttle import Exhausted


async def authenticated(
    request: web.Request, ask: AskDirectory, checking: CheckingPassword
) -> tuple[Answer | NotTried, CheckingPassword]:
    """What the directory says, and the state with the guess as it is charged by then."""
    provider = provider_of(request)
    rules = Rules(provider.sign_in, provider.lockout(), provider.realms)
    admission = _Admission(provider, checking, caller_of(request), rules)
    said = await _asked(admission, ask)
    return said, admission.checking


@dataclass(slots=True)
class _Admission:
    """Counts a guess of a password for whom the directory is about to try it."""

    provider: Provider
    checking: CheckingPassword
    caller: Caller
    rules: Rules
    refused: NotTried | None = None

    async def __call__(self, subject: SubjectId | None) -> bool:
        login, taken, now = self.checking.login, self.checking.taken, self.provider.clock()
        said = await self.provider.store.transact(
            lambda book: charging.admit(book, login, taken, subject, self.caller, self.rules, now)
        )
        if isinstance(said, Exhausted):
            self.refused = NotTried(said, subject)
            return False
        self.checking = replace(self.checking, taken=said)
        return True


async def _asked(admission: _Admission, ask: AskDirectory) -> Answer | NotTried:
    provider = admission.provider
    try:
        said = await provider.authenticate(ask.login, ask.password, admission)
        if admission.refused is not None:
            return admission.refused
        if isinstance(said, Person):
            return said
        rejected = Rejected(str(said.reason.value), said.subject)
        why = TO_BE_CHANGED.get(rejected.reason)
        if why is None or rejected.subject is None:
            return rejected
        person = await provider.reread(rejected.subject)
    except provider.directory_errors:
        return Unanswered()
    return rejected if person is None else Stale(person, why)
