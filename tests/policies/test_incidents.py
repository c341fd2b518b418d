from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    technical_subject,
)
from gateway.audit.reasons import REASONS
from policies.evaluate import PolicyBook
from policies.incident_words import KIND_WORDS
from policies.incidents import (
    KEPT_OPEN,
    OPENERS,
    Closure,
    ClosureKind,
    ClosureUnusable,
    called,
    policies_of,
    target_fault,
)
from policies.load import PoliciesUnusable, load
from policies.model import Delegation, Facts, Permitted, Question, Refused
from policies.texts import InHand, digest_of, digest_of_contents, texts_of
from tests.policies.test_evaluate import QUESTION
from tests.policies.world import (
    APPLICATIONS,
    DISTRICT,
    HULIN,
    KROMERIZ,
    MUNICIPALITIES,
    NOW,
    REGION,
    ask,
    copy_of_the_example,
    example_book,
)

CS, EN = Language.CZECH, Language.ENGLISH
WHY = {CS: "Vyšetřujeme únik hesel", EN: "We look into leaked passwords."}
OPEN = example_book()
OPEN_FOR_ALL = """
@id("everything")
permit (principal, action, resource);
@id("everything-for-programs")
permit (principal is TechnicalAccount, action, resource);
"""


def closure(kind: ClosureKind, target: str = "", **changes) -> Closure:
    return replace(Closure(kind=kind, target=target, reason=WHY, by="kucera.martin", at=NOW), **changes)


EACH = {
    ClosureKind.SUPPLIERS: "",
    ClosureKind.ROLE: "accountant",
    ClosureKind.APPLICATION: "records",
    ClosureKind.MUNICIPALITY: HULIN,
    ClosureKind.MUNICIPALITY_APPLICATION: f"{HULIN}/records",
    ClosureKind.ALL_BUT_OFFICERS: "",
    ClosureKind.ABROAD: "",
    ClosureKind.TECHNICAL_ACCOUNTS: "",
}
CLOSURES = [closure(kind, target) for kind, target in EACH.items()]


def closed_by(*closures: Closure) -> PolicyBook:
    return load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, incidents=closures)


BOOKS = {one.kind: closed_by(one) for one in CLOSURES}


def open_to_all(*closures: Closure) -> PolicyBook:
    """Where nothing is forbidden but what is closed."""
    municipal = {
        f"municipalities/{code}.cedar": (
            f'@id("any-{code}")\npermit (principal, action, resource in Municipality::"{code}");'
        )
        for code in (HULIN, KROMERIZ)
    }
    texts = InHand({"region/10.cedar": OPEN_FOR_ALL, **municipal})
    return load(Path("region"), Path("municipalities"), DISTRICT, APPLICATIONS, texts, incidents=closures)


def lending(*roles: Role | None) -> Delegation:
    """None: it is not known which."""
    known = frozenset(one for one in roles if one is not None)
    return Delegation(since=NOW, until=NOW + timedelta(days=1), roles=known or None)


def lent_or_unknown(question: Question, role: Role) -> bool:
    lent = question.facts.delegation
    return lent is not None and (lent.roles is None or role in lent.roles)


def concerned(one: Closure, question: Question) -> bool:
    """Said once more, without Cedar: whom a closure refuses."""
    anywhere = {role for _, role in question.roles}
    acting = {role for where, role in question.roles if where == question.own_municipality}
    program = question.subject.startswith("technical:")
    kept = question.application in KEPT_OPEN and anywhere & set(OPENERS)
    if one.kind is ClosureKind.TECHNICAL_ACCOUNTS:
        return program
    if not program and (question.subject == RECOVERY_ADMINISTRATOR or kept):
        return False
    officer = not program and anywhere & {Role.SECURITY_OFFICER, Role.AUDITOR}
    there = question.municipality == HULIN
    return {
        ClosureKind.SUPPLIERS: Role.SUPPLIER in anywhere,
        ClosureKind.ROLE: Role.ACCOUNTANT in acting or lent_or_unknown(question, Role.ACCOUNTANT),
        ClosureKind.APPLICATION: question.application == "records",
        ClosureKind.MUNICIPALITY: there,
        ClosureKind.MUNICIPALITY_APPLICATION: there and question.application == "records",
        ClosureKind.ALL_BUT_OFFICERS: not officer,
        ClosureKind.ABROAD: question.facts.country != "CZ",
    }[one.kind]


ANY_QUESTION = st.builds(
    lambda question, subject, country, application, lent: replace(
        question,
        subject=subject or question.subject,
        application=application or question.application,
        facts=Facts(country=country, delegation=lent),
    ),
    QUESTION,
    st.sampled_from([None, RECOVERY_ADMINISTRATOR, technical_subject("robot")]),
    st.sampled_from([None, "CZ", "SK"]),
    st.sampled_from([None, ApplicationId("policies"), ApplicationId("portal")]),
    st.sampled_from([None, lending(None), lending(Role.MAYOR), lending(Role.MAYOR, Role.ACCOUNTANT)]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CLOSURES), ANY_QUESTION)
def test_a_closure_never_permits_and_leaves_whoever_it_does_not_concern(
    one: Closure, question: Question
) -> None:
    before, after = OPEN.decide(question), BOOKS[one.kind].decide(question)
    if concerned(one, question):
        assert isinstance(after, Refused)
        if after.reason != "municipality_without_policies":
            assert (after.reason, after.rule) == (one.kind.reason, one.id)
    elif isinstance(before, Refused):
        assert isinstance(after, Refused)  # with other words, where what would help is closed
    else:
        assert replace(after, version=before.version) == before


BARE = {one.kind: open_to_all(one) for one in CLOSURES}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CLOSURES),
    ANY_QUESTION.filter(lambda question: question.municipality in (HULIN, KROMERIZ)),
)
def test_where_nothing_else_forbids_exactly_the_class_that_was_closed_is_refused(
    one: Closure, question: Question
) -> None:
    assert isinstance(BARE[one.kind].decide(question), Refused) is concerned(one, question)


def test_undoing_gives_the_version_and_the_verdicts_of_before() -> None:
    opened = closed_by()
    assert opened.version == OPEN.version
    assert opened.contents == OPEN.contents
    question = ask((HULIN, Role.MAYOR))
    assert isinstance(BOOKS[ClosureKind.APPLICATION].decide(question), Refused)
    assert opened.decide(question) == OPEN.decide(question)


def test_the_version_says_that_something_is_closed_and_what() -> None:
    versions = [book.version for book in BOOKS.values()]
    assert len({OPEN.version, *versions}) == 1 + len(CLOSURES)
    other_words = closure(ClosureKind.SUPPLIERS, reason=WHY | {CS: "Jiný důvod."})
    assert closed_by(other_words).version != BOOKS[ClosureKind.SUPPLIERS].version
    assert "incidents" in BOOKS[ClosureKind.SUPPLIERS].contents.files
    both = [closed_by(*CLOSURES[:2]).version, closed_by(*CLOSURES[1::-1]).version]
    assert both[0] == both[1]


def test_the_texts_that_are_published_are_the_same_whatever_is_closed() -> None:
    texts = digest_of(texts_of(REGION, MUNICIPALITIES))
    assert digest_of_contents(BOOKS[ClosureKind.SUPPLIERS].contents) == texts


def test_the_refused_read_what_is_closed_and_why_in_their_language() -> None:
    verdict = BOOKS[ClosureKind.MUNICIPALITY_APPLICATION].decide(ask((HULIN, Role.MAYOR)))
    assert isinstance(verdict, Refused)
    assert verdict.title[CS] == "Aplikace Spisová služba obce Hulín je dočasně uzavřena"
    assert verdict.title[EN] == "Records of Hulín is closed for the time being"
    assert verdict.advice[CS].startswith("Vyšetřujeme únik hesel. Nesnese-li")
    assert verdict.advice[EN].startswith("We look into leaked passwords. If your work")


def test_what_is_closed_speaks_before_every_other_rule() -> None:
    weak = ask((HULIN, Role.MAYOR), level=AuthenticationLevel.PASSWORD)
    verdict = BOOKS[ClosureKind.APPLICATION].decide(weak)
    assert isinstance(verdict, Refused)
    assert (verdict.rule, verdict.also) == ("incident-application-records", ("two-factors",))


@pytest.mark.parametrize("application", KEPT_OPEN)
@pytest.mark.parametrize("role", OPENERS)
def test_no_closure_locks_out_those_who_open_again(role: Role, application: str) -> None:
    everything = [
        *CLOSURES,
        *(closure(ClosureKind.APPLICATION, name) for name in KEPT_OPEN),
        *(closure(ClosureKind.ROLE, one) for one in Role),
        closure(ClosureKind.MUNICIPALITY, KROMERIZ),
    ]
    book = open_to_all(*everything)
    theirs = ask((KROMERIZ, role), application=ApplicationId(application))
    assert all(isinstance(book.decide(replace(theirs, action=action)), Permitted) for action in Action)
    assert isinstance(book.decide(replace(theirs, application=ApplicationId("records"))), Refused)
    assert isinstance(book.decide(replace(theirs, subject=technical_subject("robot"))), Refused)


def test_the_recovery_administrator_keeps_what_other_rules_leave() -> None:
    last = ask(
        (KROMERIZ, Role.CENTRE_ADMINISTRATOR),
        subject=RECOVERY_ADMINISTRATOR,
        application=ApplicationId("audit"),
    )
    assert isinstance(closed_by(*CLOSURES).decide(last), Permitted)


def test_a_supplier_is_closed_out_in_whatever_municipality_that_account_acts() -> None:
    also_clerk = ask((HULIN, Role.CLERK), (KROMERIZ, Role.SUPPLIER))
    assert isinstance(OPEN.decide(also_clerk), Permitted)
    assert isinstance(BOOKS[ClosureKind.SUPPLIERS].decide(also_clerk), Refused)


def test_a_role_is_closed_where_one_acts_in_it() -> None:
    both = ask((HULIN, Role.CLERK), (KROMERIZ, Role.ACCOUNTANT))
    assert isinstance(BOOKS[ClosureKind.ROLE].decide(both), Permitted)


def test_whoever_stands_in_for_a_closed_role_is_closed_out_too() -> None:
    deputy = ask((HULIN, Role.DEPUTY_MAYOR))
    for lent, closed in (
        (lending(Role.ACCOUNTANT), True),
        (lending(None), True),
        (lending(Role.MAYOR), False),
    ):
        found = BOOKS[ClosureKind.ROLE].decide(replace(deputy, facts=Facts(delegation=lent)))
        assert isinstance(found, Refused) is closed, lent


ROLES_LEFT = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})


@pytest.mark.parametrize("role", Role)
def test_where_all_but_officers_is_closed_officers_keep_everything_and_nobody_else_anything(
    role: Role,
) -> None:
    book = BARE[ClosureKind.ALL_BUT_OFFICERS]
    theirs = ask((KROMERIZ, role))
    assert isinstance(book.decide(theirs), Permitted) is (role in ROLES_LEFT)
    elsewhere = ask((KROMERIZ, role), (HULIN, Role.CLERK), own_municipality=HULIN, municipality=HULIN)
    assert isinstance(book.decide(elsewhere), Permitted) is (role in ROLES_LEFT)
    assert isinstance(book.decide(replace(theirs, subject=technical_subject("robot"))), Refused)


def test_of_two_who_close_the_same_the_earlier_speaks() -> None:
    later = closure(
        ClosureKind.SUPPLIERS, reason=WHY | {CS: "Později."}, by="rihova.alena", at=NOW + timedelta(hours=1)
    )
    assert policies_of([later, CLOSURES[0]]) == policies_of([CLOSURES[0]])


def test_reasons_are_text_and_nothing_else() -> None:
    odd = 'Řekl: "ne" \\ a dost\u00a0'
    book = open_to_all(closure(ClosureKind.APPLICATION, "records", reason={CS: odd, EN: odd}))
    verdict = book.decide(ask((HULIN, Role.MAYOR)))
    assert isinstance(verdict, Refused)
    assert verdict.advice[CS].startswith('Řekl: "ne" \\ a dost. Nesnese-li')


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_whatever_is_written_as_a_reason_either_closes_or_is_refused(text: str) -> None:
    try:
        one = closure(ClosureKind.APPLICATION, "records", reason={CS: text, EN: text})
    except ClosureUnusable:
        return
    verdict = open_to_all(one).decide(ask((HULIN, Role.MAYOR)))
    assert isinstance(verdict, Refused)
    assert verdict.advice[EN].startswith(text.strip())


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (ClosureKind.SUPPLIERS, "588491"),
        (ClosureKind.ROLE, "mayr"),
        (ClosureKind.ROLE, ""),
        (ClosureKind.APPLICATION, 'records"); permit (principal, action, resource'),
        (ClosureKind.MUNICIPALITY, "Hulín"),
        (ClosureKind.MUNICIPALITY_APPLICATION, "588491"),
        (ClosureKind.MUNICIPALITY_APPLICATION, "588491/"),
    ],
)
def test_a_target_that_the_kind_does_not_have_closes_nothing_and_says_so(
    kind: ClosureKind, target: str
) -> None:
    with pytest.raises(ClosureUnusable) as refused:
        closure(kind, target)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": {CS: "Jen česky."}},
        {"reason": WHY | {EN: "  "}},
        {"reason": WHY | {CS: "x" * 501}},
        {"reason": WHY | {CS: "V {municipality}"}},
        {"reason": WHY | {CS: "V }"}},
        {"reason": WHY | {CS: "V {"}},
        {"reason": WHY | {EN: "two\nlines"}},
        {"at": NOW.replace(tzinfo=None)},
    ],
)
def test_a_closure_without_a_reason_that_people_can_read_is_refused(changes: dict) -> None:
    with pytest.raises(ClosureUnusable) as refused:
        closure(ClosureKind.SUPPLIERS, **changes)
    assert str(refused.value) == f"{refused.value.what}\n    {refused.value.remedy}"


def test_the_longest_reason_that_people_still_read_is_one() -> None:
    assert closure(ClosureKind.SUPPLIERS, reason=WHY | {CS: "x" * 500}).reason[CS]


def test_a_closure_of_what_is_not_there_is_told_before_it_is_believed() -> None:
    assert [target_fault(one, DISTRICT, APPLICATIONS) for one in CLOSURES] == [""] * len(CLOSURES)
    elsewhere = closure(ClosureKind.MUNICIPALITY, "999999")
    assert target_fault(elsewhere, DISTRICT, APPLICATIONS) == "municipality 999999 is not in the district"
    unknown = closure(ClosureKind.APPLICATION, "payroll")
    assert target_fault(unknown, DISTRICT, APPLICATIONS) == 'application "payroll" is not configured'


def test_what_a_closure_names_may_go_away_and_the_rest_is_loaded_all_the_same() -> None:
    gone = [closure(ClosureKind.MUNICIPALITY, "999999"), closure(ClosureKind.APPLICATION, "payroll")]
    assert isinstance(closed_by(*gone).decide(ask((HULIN, Role.MAYOR))), Permitted)


def test_no_policy_may_take_a_name_of_the_incident_switch(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (region / "99.cedar").write_text(
        '@id("incident-suppliers")\n@reason("incident_suppliers")\n@title_cs("a")\n@title_en("b")\n'
        '@advice_cs("c")\n@advice_en("d")\nforbid (principal, action, resource);\n',
        "utf-8",
    )
    with pytest.raises(PoliciesUnusable) as refused:
        load(region, municipalities, DISTRICT, APPLICATIONS)
    assert [problem.what for problem in refused.value.problems] == [
        '@id "incident-suppliers" is a name of the incident switch',
        '@reason "incident_suppliers" is a name of the incident switch',
    ]


def test_every_kind_has_words_and_a_name_in_the_log() -> None:
    assert set(KIND_WORDS) == {kind.value for kind in ClosureKind}
    for one in CLOSURES:
        title = called(one, OPEN.names)
        assert title[CS] != title[EN]
        assert "{" not in title[CS] + title[EN]
        assert REASONS.name(one.kind.reason) is not None
    assert called(CLOSURES[1], OPEN.names)[CS] == "Přístup v roli účetní je dočasně uzavřen"
    assert called(closure(ClosureKind.APPLICATION, "records"), OPEN.names)[EN].startswith("Records is")
    assert called(closure(ClosureKind.APPLICATION, "payroll"), OPEN.names)[CS].startswith("Aplikace payroll")
    named = called(closure(ClosureKind.MUNICIPALITY, MunicipalityCode(HULIN)), OPEN.names)
    assert named[EN] == "The applications of Hulín are closed for the time being"
