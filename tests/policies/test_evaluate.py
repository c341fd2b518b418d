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
    SubjectId,
)
from policies.evaluate import PolicyBook, Source
from policies.load import load, read_folders
from policies.model import Permitted, Question, Refused
from policies.reasons import Names, Wording
from policies.request import EVERYTHING
from policies.review import Policy
from tests.policies.world import (
    APPLICATIONS,
    DISTRICT,
    HONETICE,
    HULIN,
    KROMERIZ,
    MUNICIPALITIES,
    NOW,
    REGION,
    ask,
    copy_of_the_example,
    example_book,
)

BOOK = example_book()
MAYOR, CLERK, ACCOUNTANT = (HULIN, Role.MAYOR), (HULIN, Role.CLERK), (HULIN, Role.ACCOUNTANT)
OFFICER, AUDITOR = (KROMERIZ, Role.SECURITY_OFFICER), (KROMERIZ, Role.AUDITOR)

APPLICATION = st.sampled_from([*APPLICATIONS, ApplicationId("unheard-of")])
MUNICIPALITY = st.sampled_from([HULIN, KROMERIZ, HONETICE])
ROLES = st.frozensets(st.tuples(MUNICIPALITY, st.sampled_from(Role)), max_size=4)
QUESTION = st.builds(
    lambda roles, own, municipality, application, action, level, minutes: replace(
        ask(),
        roles=roles,
        own_municipality=own,
        municipality=municipality,
        application=application,
        action=action,
        level=level,
        authenticated_at=NOW - timedelta(minutes=minutes),
    ),
    ROLES,
    MUNICIPALITY,
    MUNICIPALITY,
    APPLICATION,
    st.sampled_from(Action),
    st.sampled_from(AuthenticationLevel),
    st.integers(0, 1000),
)


def permitted(question: Question) -> bool:
    return isinstance(BOOK.decide(question), Permitted)


def refusal(question: Question, book: PolicyBook = BOOK) -> Refused:
    verdict = book.decide(question)
    assert isinstance(verdict, Refused), verdict
    return verdict


@pytest.fixture
def region(tmp_path: Path) -> Path:
    return copy_of_the_example(tmp_path)[0]


def reload(region: Path) -> PolicyBook:
    return load(region, region.parent / "municipalities", DISTRICT, APPLICATIONS)


def test_the_mayor_reads_and_signs_records() -> None:
    verdict = BOOK.decide(ask(MAYOR))
    assert verdict == Permitted(rule="records-mayor", version=BOOK.version)
    assert BOOK.allowed(ask(MAYOR), Action) == {Action.READ, Action.SIGN}


def test_officers_read_and_write_records() -> None:
    for role in (Role.CLERK, Role.REGISTRAR, Role.MAIL_ROOM):
        for code in DISTRICT:
            assert BOOK.allowed(ask((code, role)), Action) == {Action.READ, Action.WRITE}


def test_whoever_keeps_the_budget_reads_and_writes_it() -> None:
    for role in (Role.ACCOUNTANT, Role.BUDGET_MANAGER):
        for code in DISTRICT:
            question = ask((code, role), application=ApplicationId("budget"))
            assert BOOK.allowed(question, Action) == {Action.READ, Action.WRITE}


def test_everybody_with_a_role_reads_the_map_and_opens_the_portal() -> None:
    for role in set(Role) - {Role.LOCAL_ADMINISTRATOR, Role.CENTRE_ADMINISTRATOR}:
        for code in DISTRICT:
            assert Action.READ in BOOK.allowed(ask((code, role), application=ApplicationId("map")), Action)
            assert Action.READ in BOOK.allowed(ask((code, role), application=ApplicationId("portal")), Action)


def test_a_supplier_opens_nothing_but_the_map() -> None:
    for code in DISTRICT:
        for application in ("records", "budget", "audit"):
            question = ask((code, Role.SUPPLIER), application=ApplicationId(application))
            assert BOOK.allowed(question, Action) == frozenset()


def test_a_password_alone_opens_nothing() -> None:
    verdict = refusal(ask(MAYOR, level=AuthenticationLevel.PASSWORD))
    assert (verdict.reason, verdict.rule) == ("two_factors_needed", "two-factors")


def test_the_records_of_the_neighbours_stay_closed() -> None:
    verdict = refusal(ask(MAYOR, municipality=KROMERIZ))
    assert (verdict.reason, verdict.rule) == ("no_role_in_municipality", "role-in-municipality")
    assert verdict.title[Language.CZECH] == "V obci Kroměříž nemáte žádnou roli"


def test_somebody_with_two_municipalities_acts_for_one_at_a_time() -> None:
    verdict = refusal(ask(MAYOR, (KROMERIZ, Role.CLERK), municipality=KROMERIZ))
    assert verdict.reason == "other_municipality_active"
    assert verdict.title[Language.ENGLISH] == "You are acting for Hulín now"
    assert verdict.advice[Language.CZECH] == "Přepněte se v portálu na obec Kroměříž a zkuste to znovu."
    assert permitted(ask((KROMERIZ, Role.CLERK), MAYOR, own_municipality=KROMERIZ))


def test_nobody_is_told_to_switch_to_a_municipality_where_the_next_refusal_waits() -> None:
    question = ask(
        (KROMERIZ, Role.CLERK), (HULIN, Role.BUDGET_MANAGER), own_municipality=KROMERIZ, municipality=HULIN
    )
    verdict = refusal(question)
    assert (verdict.reason, verdict.rule) == ("role_not_sufficient", "active-municipality-only")
    assert verdict.title[Language.CZECH] == "Vaše role v obci Hulín k tomu neopravňuje"
    assert refusal(replace(question, own_municipality=HULIN)).reason == verdict.reason


def test_rights_of_two_municipalities_are_not_summed() -> None:
    question = ask((HULIN, Role.SUPPLIER), (KROMERIZ, Role.MAYOR))
    assert BOOK.allowed(question, Action) == frozenset()


def test_an_administrators_account_opens_no_ordinary_application_anywhere() -> None:
    verdict = refusal(ask(CLERK, (KROMERIZ, Role.CENTRE_ADMINISTRATOR)))
    assert verdict.reason == "administrator_account"
    assert BOOK.allowed(ask((HULIN, Role.LOCAL_ADMINISTRATOR)), Action) == {Action.ADMINISTER}


def test_signing_needs_a_sign_in_of_the_last_eight_hours() -> None:
    eight_hours = NOW - timedelta(hours=8)
    assert permitted(ask(MAYOR, action=Action.SIGN, authenticated_at=eight_hours))
    late = ask(MAYOR, action=Action.SIGN, authenticated_at=eight_hours - timedelta(seconds=1))
    assert refusal(late).reason == "sign_in_too_old_to_sign"
    assert permitted(replace(late, action=Action.READ))


def test_the_audit_log_is_for_officers_and_only_the_centre_s_act() -> None:
    audit = ApplicationId("audit")
    assert BOOK.allowed(ask(OFFICER, application=audit), Action) == {
        Action.READ,
        Action.WRITE,
        Action.ADMINISTER,
    }
    assert BOOK.allowed(ask(AUDITOR, application=audit), Action) == {Action.READ}
    assert refusal(ask(AUDITOR, application=audit, action=Action.WRITE)).reason == "auditor_reads_only"
    for of_hulin in ((HULIN, Role.SECURITY_OFFICER), (HULIN, Role.AUDITOR)):
        assert BOOK.allowed(ask(of_hulin, application=audit), Action) == {Action.READ}
    officer = ask((HULIN, Role.SECURITY_OFFICER), application=audit, action=Action.ADMINISTER)
    assert refusal(officer).reason == "audit_of_municipality_is_read"
    for outsider in ((HULIN, Role.MAYOR), (KROMERIZ, Role.MAYOR)):
        assert refusal(ask(outsider, application=audit)).reason == "not_an_audit_officer"


def test_the_recovery_administrator_may_do_at_the_officers_pages_what_a_security_officer_may() -> None:
    audit = ApplicationId("audit")
    question = replace(
        ask((KROMERIZ, Role.CENTRE_ADMINISTRATOR), application=audit), subject=RECOVERY_ADMINISTRATOR
    )
    assert BOOK.allowed(question, Action) == {Action.READ, Action.WRITE, Action.ADMINISTER}
    assert refusal(replace(question, subject=SubjectId("urad:somebody"))).reason == "not_an_audit_officer"


def test_an_administrator_is_told_of_the_account_before_a_missing_role() -> None:
    elsewhere = replace(ask((KROMERIZ, Role.CENTRE_ADMINISTRATOR)), municipality=HULIN)
    assert refusal(elsewhere).reason == "administrator_account"


PERMIT_ALL = '@id("all") permit (principal, action, resource in Municipality::"{0}");'


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> PolicyBook:
    """Hulín permits everything it can; the others have their usual policies."""
    region, municipalities = copy_of_the_example(tmp_path_factory.mktemp("generous"))
    (municipalities / f"{HULIN}.cedar").write_text(PERMIT_ALL.format(HULIN), "utf-8")
    return reload(region)


@given(QUESTION)
def test_a_municipality_that_permits_everything_does_not_beat_the_guardrails(
    generous: PolicyBook, question: Question
) -> None:
    here = {role for where, role in question.roles if where == question.municipality}
    anywhere = {role for _, role in question.roles}
    if isinstance(generous.decide(question), Permitted):
        assert question.level is not AuthenticationLevel.PASSWORD
        assert here
        assert question.municipality == question.own_municipality
        if anywhere & {Role.CENTRE_ADMINISTRATOR, Role.LOCAL_ADMINISTRATOR}:
            ordinary = question.application not in {"portal", "audit", "policies", "requests", "devices"}
            assert not ordinary or question.action is Action.ADMINISTER


@given(QUESTION)
def test_what_one_municipality_permits_changes_nothing_in_another(
    generous: PolicyBook, question: Question
) -> None:
    if question.municipality != HULIN:
        assert generous.allowed(question, Action) == BOOK.allowed(question, Action)


@given(QUESTION)
def test_the_guardrails_hold_whatever_is_asked(question: Question) -> None:
    if permitted(question):
        assert question.level is not AuthenticationLevel.PASSWORD
        assert question.municipality == question.own_municipality
        assert question.municipality in {where for where, _ in question.roles}
        if question.application == "audit":
            here = {role for where, role in question.roles if where == question.own_municipality}
            assert here & {Role.SECURITY_OFFICER, Role.AUDITOR}
            assert question.action is Action.READ or question.own_municipality == KROMERIZ


@given(QUESTION, st.frozensets(st.sampled_from(Action)))
def test_a_batch_answers_as_single_questions_do(question: Question, actions: frozenset[Action]) -> None:
    one_by_one = {action for action in actions if permitted(replace(question, action=action))}
    assert BOOK.allowed(question, actions) == one_by_one


@given(QUESTION)
def test_every_refusal_has_a_reason_and_words_in_both_languages(question: Question) -> None:
    verdict = BOOK.decide(question)
    if isinstance(verdict, Refused):
        assert verdict.reason != "policy_error"
        for text in (verdict.title, verdict.advice):
            assert all(text[language].strip() and "{" not in text[language] for language in Language)


@given(QUESTION, st.frozensets(st.sampled_from(Action)))
def test_the_verdict_and_the_further_actions_are_those_of_single_questions(
    question: Question, further: frozenset[Action]
) -> None:
    verdict, by_policy = BOOK.decide_and_look(question, further)
    assert verdict == BOOK.decide(question)
    assert by_policy == BOOK.allowed_by(question, further)
    alone = {action: BOOK.decide(replace(question, action=action)) for action in further}
    assert by_policy == {action: one.rule for action, one in alone.items() if isinstance(one, Permitted)}


HOURS = (
    '@id("office-hours") permit (principal, action == Action::"read", resource in Municipality::"{0}")\n'
    "when {{ context.time.hour >= 8 && context.time.hour < 16 }};\n"
    '@id("fresh") permit (principal, action == Action::"write", resource in Municipality::"{0}")\n'
    "when {{ context.sign_in.age < 600 }};\n"
    '@id("here") permit (principal, action == Action::"sign", resource in Municipality::"{0}")\n'
    'when {{ context.place has address && context.place.address.isInRange(ip("192.0.2.0/24")) }};\n'
)


def test_what_passes_with_time_or_place_is_asked_again(region: Path) -> None:
    (region.parent / "municipalities" / f"{HULIN}.cedar").write_text(HOURS.format(HULIN), "utf-8")
    book, question = reload(region), ask(MAYOR)
    in_the_evening = replace(question, now=NOW + timedelta(hours=10))
    elsewhere = replace(question, address="198.51.100.7")
    for _ in range(2):
        assert book.allowed(question, Action) == {Action.READ, Action.WRITE, Action.SIGN}
        assert book.allowed(in_the_evening, Action) == frozenset()  # signing needs a younger sign-in
        assert book.allowed(elsewhere, Action) == {Action.READ, Action.WRITE}


@settings(max_examples=40)  # whole questions are slow
@given(questions=st.lists(QUESTION, min_size=1, max_size=4))
def test_a_book_that_remembers_answers_as_one_that_does_not(
    forgetful: PolicyBook, questions: list[Question]
) -> None:
    for question in [*questions, *reversed(questions)]:
        assert BOOK.decide_and_look(question, Action) == forgetful.decide_and_look(question, Action)


@pytest.fixture(scope="module")
def forgetful() -> PolicyBook:
    """Believes that every guardrail looks at everything: all is told, and no answer is remembered."""
    read = read_folders(REGION, MUNICIPALITIES, frozenset(DISTRICT), frozenset(APPLICATIONS))
    attentive = tuple(
        replace(policy, looks_at=EVERYTHING, attributes=None) for policy in read.region.policies
    )
    region = replace(read.region, policies=attentive)
    return PolicyBook(region, read.municipal, Names(DISTRICT, APPLICATIONS), read.version)


def test_an_unknown_municipality_refuses() -> None:
    nowhere = MunicipalityCode("999999")
    assert refusal(ask((nowhere, Role.MAYOR))).reason == "unknown_municipality"
    assert BOOK.allowed(ask((nowhere, Role.MAYOR)), Action) == frozenset()


def test_a_municipality_without_policies_refuses_even_the_portal(region: Path) -> None:
    (region.parent / "municipalities" / f"{HULIN}.cedar").write_text("// nothing yet\n", "utf-8")
    book = reload(region)
    assert book.without_policies == {HULIN}
    assert refusal(ask(MAYOR, application=ApplicationId("portal")), book).reason == (
        "municipality_without_policies"
    )
    assert book.allowed(ask(MAYOR), Action) == frozenset()
    assert isinstance(book.decide(ask((KROMERIZ, Role.CLERK))), Permitted)


def test_a_policy_that_errors_refuses_although_others_permit(region: Path) -> None:
    overflowing = (
        "permit (principal, action, resource) when { context.sign_in.age + 9223372036854775807 > 0 };"
    )
    (region / "99-error.cedar").write_text(f'@id("overflows")\n{overflowing}\n', "utf-8")
    verdict = refusal(ask(MAYOR), reload(region))
    assert (verdict.reason, verdict.rule) == ("policy_error", "overflows")
    assert "overflow" in verdict.detail
    assert reload(region).allowed(ask(MAYOR), Action) == frozenset()


def test_a_forbid_that_errors_is_not_skipped(region: Path) -> None:
    texts = " ".join(f'@{name}("x")' for name in ("title_cs", "title_en", "advice_cs", "advice_en"))
    condition = "context.sign_in.age * 9223372036854775807 > 0"
    forbid = (
        f'@id("errs") @reason("errs") {texts} forbid (principal, action, resource) when {{ {condition} }};'
    )
    (region / "00-error.cedar").write_text(forbid, "utf-8")
    assert refusal(ask(MAYOR), reload(region)).reason == "policy_error"


@pytest.mark.parametrize(
    "impossible",
    [
        {"authenticated_at": NOW + timedelta(hours=1)},
        {"now": NOW.replace(tzinfo=None)},
        {"subject": "\ud800"},
        {"roles": frozenset({(HULIN, "\ud800")})},
        {"level": "urn:brana:acr:none"},
    ],
)
def test_a_question_that_makes_no_sense_refuses(impossible: dict[str, object]) -> None:
    verdict = refusal(ask(MAYOR, **impossible))
    assert verdict.reason == "policy_error"
    assert verdict.detail
    assert BOOK.allowed(ask(MAYOR, **impossible), Action) == frozenset()


@given(st.text(max_size=40))
def test_no_text_in_a_name_makes_a_policy_say_something_else(text: str) -> None:
    question = ask(MAYOR, subject=text, address=text, application=ApplicationId(f"{text}-"))
    assert not permitted(question)


def test_the_first_forbid_in_order_of_files_gives_the_reason(region: Path) -> None:
    verdict = refusal(ask(MAYOR, level=AuthenticationLevel.PASSWORD, municipality=KROMERIZ))
    assert verdict.rule == "two-factors"
    assert verdict.also == ("role-in-municipality", "active-municipality-only")
    (region / "10-sign-in.cedar").rename(region / "25-sign-in.cedar")
    verdict = refusal(ask(MAYOR, level=AuthenticationLevel.PASSWORD, municipality=KROMERIZ), reload(region))
    assert verdict.rule == "role-in-municipality"


def test_a_municipalitys_set_that_is_not_what_was_reviewed_refuses() -> None:
    nothing = Source("", ())
    unreviewed = Source(f'permit (principal, action, resource in Municipality::"{HULIN}");', ())
    unreadable = Source("permit (", ())
    for source in (unreviewed, unreadable):
        book = PolicyBook(nothing, {HULIN: source}, Names(DISTRICT), "v")
        assert refusal(ask(MAYOR), book).reason == "policy_error"
        assert book.allowed(ask(MAYOR), Action) == frozenset()


def test_a_permit_by_what_was_reviewed_as_a_forbid_refuses() -> None:
    wording = Wording(dict.fromkeys(Language, "x"), dict.fromkeys(Language, "x"))
    reviewed = Policy("a", True, "x", wording, Path("a.cedar"), 1, 1)
    source = Source('@id("a") permit (principal, action, resource);', (reviewed,))
    book = PolicyBook(Source("", ()), {HULIN: source}, Names(DISTRICT), "v")
    assert refusal(ask(MAYOR), book).reason == "policy_error"


def test_equal_questions_get_equal_verdicts() -> None:
    assert BOOK.decide(ask(ACCOUNTANT)) == BOOK.decide(ask(ACCOUNTANT))
