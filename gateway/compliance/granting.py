"""How access is granted, and what happens when it cannot wait (decree 409/2025, § 13)."""

from collections.abc import Iterator

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.facts import Facts
from gateway.compliance.wording import said


def _documented(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    if settings.policies.from_files == "activate":
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Pravidla změněná v souborech platí hned, bez schválení druhou osobou.",
                "Policies edited in files count at once, without a second person's approval.",
            ),
            "policies.from_files",
            "propose",
        )
    if facts.unapproved:
        newest = facts.unapproved[0]
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Verze pravidel, které v období začaly platit ze souborů nebo příkazem bez schválení druhou osobou: "
                "{number}; poslední č. {newest} ({author}).",
                "Versions of the policies that came into force in the period from files or by a command, "
                "approved by no second person: {number}; the last is no. {newest} ({author}).",
                number=len(facts.unapproved),
                newest=newest.number,
                author=newest.author,
            ),
        )
    if not settings.separation:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Nejsou určeny role, které se nesmějí sejít v jedné osobě.",
                "No roles are named that may not meet in one person.",
            ),
            "separation",
            'roles = ["centre_administrator", "auditor"]',
        )


def _emergencies(facts: Facts) -> Iterator[Finding]:
    uses = facts.emergencies
    if uses.overdue:
        text = said(
            "Použití nouzového přístupu, která nikdo včas nepřezkoumal: {number}.",
            "Uses of emergency access that nobody reviewed in time: {number}.",
            number=uses.overdue,
        )
        yield Finding(Standing.NOT_MET, text)
    if waiting := uses.waiting - uses.overdue:
        text = said(
            "Použití, která na přezkum čekají a lhůtu ještě mají: {number}.",
            "Uses that wait for a review, still in time: {number}.",
            number=waiting,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if uses.running:
        text = said(
            "Právě otevřené nouzové přístupy: {number}.",
            "Emergency access open now: {number}.",
            number=uses.running,
        )
        yield Finding(Standing.EXCEPTIONS, text)


GRANTING = (
    Demand(
        id="documented",
        section="§ 13",
        title=Title(cs="Doložené přidělení a odebrání", en="Every grant and removal documented"),
        asks=Title(
            cs="O každém přidělení, změně a odebrání oprávnění je doklad.",
            en="Each granting, change and removal of access is on record.",
        ),
        how=lambda facts: said(
            "Žádost o přístup schvaluje někdo jiný (schvalovatelů: {approvers}) a platí nejdéle {longest}; "
            "pravidla mění jeden a "
            "schvaluje druhý. Zápis vzniká ve stejné transakci jako změna.",
            "A request for access is approved by somebody else (approvers: {approvers}) and lasts {longest} "
            "at most; policies are "
            "changed by one and approved by another. The entry is made in the transaction of the change.",
            approvers=facts.settings.requests.approvers,
            longest=facts.settings.requests.longest,
        ),
        check=_documented,
        codes=(
            Code.REQUEST_APPROVED,
            Code.REQUEST_DECLINED,
            Code.REQUEST_ENDED,
            Code.POLICY_APPROVED,
            Code.POLICY_ACTIVATED,
            Code.ACCESS_REMOVED,
            Code.ACCESS_RESTORED,
        ),
    ),
    Demand(
        id="emergency",
        section="§ 13",
        title=Title(cs="Nouzový přístup", en="Emergency access"),
        asks=Title(
            cs="Mimořádný přístup je odůvodněný, krátký a někdo druhý ho přezkoumá.",
            en="Extraordinary access has a reason, is short, and is reviewed by somebody else.",
        ),
        how=lambda facts: said(
            "Trvá nejvýše {longest}, hned se hlásí a do {review:of} ho přezkoumá někdo jiný; jinak další nedostane.",
            "It lasts {longest} at most, is told at once, and is reviewed by somebody else within {review}; "
            "otherwise there is no "
            "other.",
            longest=facts.settings.requests.emergency,
            review=facts.settings.requests.review_within,
        ),
        check=_emergencies,
        codes=(Code.EMERGENCY_BEGUN, Code.EMERGENCY_REVIEWED, Code.DELEGATION_RECORDED),
    ),
)
