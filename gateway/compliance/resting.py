"""Whether requests in the log say on which decision they rest."""

from collections.abc import Iterator
from datetime import datetime

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.fields import ANY
from gateway.audit.let_in import GRANT
from gateway.audit.search import Having, Query, Search
from gateway.compliance.demand import Finding, Standing
from gateway.compliance.facts import Facts, Resting
from gateway.compliance.wording import said

LOOKED_AT = 200  # requests: the newest of the period
OF_SESSIONS = (Having("session", frozenset({ANY})),)


async def resting(log: Search, since: datetime, until: datetime) -> Resting:
    """Of requests that somebody's session made and that were let in."""
    asked = Query(codes=frozenset({Code.ACCESS}), having=OF_SESSIONS, since=since, until=until)
    found = (await log.page(asked, None, LOOKED_AT)).entries
    entries = [one.entry for one in found if isinstance(one, Recorded)]
    return Resting(len(entries), sum(not _says(one) for one in entries))


def _says(entry: Entry) -> bool:
    return bool(entry.details.get(GRANT) and entry.policy_version)


def unexplained(facts: Facts) -> Iterator[Finding]:
    if facts.resting.silent:
        text = said(
            "Z posledních {looked} požadavků přihlášených osob v období {silent} neříká, podle kterého rozhodnutí a "
            "verze zásad byly puštěny: povolení vydala starší verze Brány.",
            "Of the last {looked} requests of signed-in people within the period {silent} do not say by which "
            "decision and version of the policies they were let in: an older version of Brána gave the grants.",
            looked=facts.resting.looked_at,
            silent=facts.resting.silent,
        )
        yield Finding(Standing.EXCEPTIONS, text)
