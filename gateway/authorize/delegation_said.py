"""What is said of a refused deputy: that no rule counts the role in which they stand in for somebody. Pure."""

from dataclasses import replace

from config.vocabulary import Language
from gateway.authorize.deputy_gains import gains
from gateway.authorize.snapshot import Snapshot
from policies.evaluate import PolicyBook
from policies.incidents import INCIDENT
from policies.model import Question, Refused, Text, Verdict

COUNTS_NOWHERE: Text = {
    Language.CZECH: "Zastupuje někoho v roli: {roles}. Žádné platné pravidlo to ale u této činnosti v této aplikaci "
    "nepočítá, takže zastupování na tom nic nemění.",
    Language.ENGLISH: "They stand in for somebody in the role: {roles}. But no rule in force counts that for this "
    "action in this application, so the delegation changes nothing.",
}


def delegation_said(
    question: Question, verdict: Verdict, book: PolicyBook, snapshot: Snapshot
) -> tuple[Text, ...]:
    """Nothing of who is let in, of what an incident closes to everybody, and of roles that some rule counts there."""
    lent = question.facts.delegation
    if lent is None or not lent.roles or not isinstance(verdict, Refused):
        return ()
    if verdict.reason.startswith(INCIDENT):
        return ()
    there, where = replace(snapshot, policies=book), question.municipality
    for role in lent.roles:
        by = lent.by or question.subject
        for one in gains(question.subject, question.roles, role, by, where, there, question.now):
            if one.application == question.application and question.action in one.actions:
                return ()
    roles = {
        language: ", ".join(sorted(role.title_in(language) for role in lent.roles)) for language in Language
    }
    return ({language: COUNTS_NOWHERE[language].format(roles=roles[language]) for language in Language},)
