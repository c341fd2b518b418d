"""What a book tells of a refusal: the rule that decided, what to do next, and what went wrong inside."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.district import District
from config.vocabulary import Action, AuthenticationLevel, Language, MunicipalityCode, Role, technical_subject
from policies.evaluate import PolicyBook, Source
from policies.load import load
from policies.model import Permitted, Refused
from policies.reasons import Names, Wording
from policies.review import Policy
from policies.texts import InHand
from tests.policies.world import APPLICATIONS, DISTRICT, HONETICE, HULIN, KROMERIZ, REGION, ask

FORBID = (
    '@id("{id}") @reason("{reason}") @title_cs("{title}") @title_en("{title}") '
    '@advice_cs("x") @advice_en("x")\nforbid (principal, action, resource{scope});\n'
)
CLERK, MAYOR_OF_BOTH = (HULIN, Role.CLERK), ((KROMERIZ, Role.MAYOR), (HULIN, Role.MAYOR))
NOTHING = '@id("nothing") permit (principal, action, resource) when { false };\n'
ACTIVE_ONLY = (REGION / "20-municipality.cedar").read_text("utf-8")


def permit(code: MunicipalityCode) -> str:
    return f'@id("any-{code}") permit (principal, action, resource in Municipality::"{code}");\n'


def book_of(region: str = "", **municipal: str) -> PolicyBook:
    """Hulín and Kroměříž permit everything; `region` and `_CODE` are what stands beside that."""
    own = {code: permit(code) + municipal.get(f"_{code}", "") for code in (HULIN, KROMERIZ)}
    texts = {f"municipalities/{code}.cedar": text for code, text in own.items()}
    return load(
        Path("region"),
        Path("municipalities"),
        DISTRICT,
        APPLICATIONS,
        InHand({"region/10.cedar": region or NOTHING, **texts}),
    )


def refusal(book: PolicyBook, *roles: tuple[MunicipalityCode, Role], **changes: object) -> Refused:
    verdict = book.decide(ask(*roles, **changes))
    assert isinstance(verdict, Refused), verdict
    return verdict


def of_hulin(name: str, reason: str, title: str = "x") -> str:
    return FORBID.format(id=name, reason=reason, title=title, scope=f' in Municipality::"{HULIN}"')


def test_a_refusal_for_acting_elsewhere_ends_also_where_it_is_spoken_of_ones_own_municipality() -> None:
    book = book_of(FORBID.format(id="always", reason="other_municipality_active", title="No", scope=""))
    for municipality in (HULIN, KROMERIZ):  # acting there, and acting elsewhere
        verdict = refusal(book, CLERK, municipality=municipality)
        assert (verdict.reason, verdict.rule) == ("other_municipality_active", "always")
        assert verdict.title[Language.ENGLISH] == "No"


def test_who_is_forbidden_there_as_well_is_told_so_by_the_rule_that_forbids_it() -> None:
    book = book_of(ACTIVE_ONLY, **{f"_{HULIN}": of_hulin("closed", "closed_today")})
    verdict = refusal(book, *MAYOR_OF_BOTH, own_municipality=KROMERIZ, municipality=HULIN)
    assert (verdict.reason, verdict.rule) == ("closed_today", "closed")
    assert verdict.also == ("active-municipality-only",)


def test_who_would_be_let_in_there_is_told_to_switch() -> None:
    book = book_of(ACTIVE_ONLY)
    verdict = refusal(book, *MAYOR_OF_BOTH, own_municipality=KROMERIZ, municipality=HULIN)
    assert (verdict.reason, verdict.rule, verdict.also) == (
        "other_municipality_active",
        "active-municipality-only",
        (),
    )
    acting = book.decide(ask(*MAYOR_OF_BOTH, own_municipality=HULIN, municipality=HULIN))
    assert isinstance(acting, Permitted)


def test_another_refusal_of_somebody_who_acts_elsewhere_stays_what_it_is() -> None:
    book = book_of(FORBID.format(id="always", reason="closed_today", title="No", scope="") + ACTIVE_ONLY)
    verdict = refusal(book, *MAYOR_OF_BOTH, own_municipality=KROMERIZ, municipality=HULIN)
    assert (verdict.reason, verdict.rule) == ("closed_today", "always")
    assert verdict.also == ("active-municipality-only",)


def test_every_forbid_that_holds_is_told_the_regions_first() -> None:
    book = book_of(
        FORBID.format(id="first", reason="one", title="x", scope="")
        + FORBID.format(id="second", reason="two", title="x", scope=""),
        **{f"_{HULIN}": of_hulin("third", "three")},
    )
    verdict = refusal(book, CLERK)
    assert (verdict.rule, verdict.also) == ("first", ("second", "third"))


def test_every_permit_that_holds_is_told() -> None:
    further = f'@id("further") permit (principal, action, resource in Municipality::"{HULIN}");'
    verdict = book_of(**{f"_{HULIN}": further}).decide(ask(CLERK))
    assert isinstance(verdict, Permitted)
    assert (verdict.rule, verdict.also) == (f"any-{HULIN}", ("further",))


@pytest.mark.parametrize("forbids", [True, False])
def test_a_policy_that_turns_out_other_than_it_was_reviewed_is_told_as_that(forbids: bool) -> None:
    words = dict.fromkeys(Language, "x")
    reviewed = Policy("a", forbids, "x" * forbids, Wording(words, words), Path("a.cedar"), 1, 1)
    source = Source(
        f'@id("a") {"permit" if forbids else "forbid"} (principal, action, resource);', (reviewed,)
    )
    book = PolicyBook(Source("", ()), {HULIN: source}, Names(DISTRICT), "v")
    verdict = refusal(book, CLERK)
    assert verdict.reason == "policy_error"
    assert verdict.detail == "Cedar decided by policies that were reviewed as something else"
    assert book.allowed(ask(CLERK), Action) == frozenset()


def test_a_question_that_makes_no_sense_is_told_as_an_error_among_many_others_too() -> None:
    book = book_of()
    senseless, sound = ask(CLERK, subject="\ud800"), ask(CLERK)
    first, second = book.outcomes([senseless, sound])
    assert first is not None
    assert second is not None
    assert "UnicodeEncodeError" in first.error
    assert (first.permits, second.permits, second.error) == (False, True, "")
    assert book.outcomes([ask((HONETICE, Role.CLERK))]) == [None]


def test_policies_of_a_municipality_that_is_none_of_the_district_open_nothing() -> None:
    reviewed = book_of().policies_of(HULIN)[1:]
    own = {HULIN: Source(permit(HULIN).strip(), reviewed)}
    assert isinstance(PolicyBook(Source("", ()), own, Names(DISTRICT), "v").decide(ask(CLERK)), Permitted)
    book = PolicyBook(Source("", ()), own, Names(District([DISTRICT[KROMERIZ]])), "v")
    assert refusal(book, CLERK).reason == "unknown_municipality"
    assert book.outcomes([ask(CLERK)]) == [None]


def test_which_municipalities_have_policies_does_not_hang_on_who_has_asked() -> None:
    book = book_of()
    without = frozenset(DISTRICT) - {HULIN, KROMERIZ}
    assert book.without_policies == without
    assert isinstance(book.decide(ask(CLERK)), Permitted)
    assert book.without_policies == without
    assert [policy.id for policy in book.policies_of(HULIN)] == ["nothing", f"any-{HULIN}"]
    assert book.policies_of(HONETICE) == ()


def test_a_permit_to_a_program_is_one_that_speaks_of_programs() -> None:
    """What opens to everybody decides nothing for a program, also where a rule of programs stands beside it."""
    program = ask(CLERK, subject=technical_subject("import"), level=AuthenticationLevel.PASSWORD)
    rule = (
        '@id("programs") permit (principal is TechnicalAccount, action == Action::"read", '
        f'resource in Municipality::"{HULIN}");'
    )
    book = book_of(**{f"_{HULIN}": rule})
    for _ in range(2):  # and once more, when it is remembered
        assert book.allowed(program, Action) == {Action.READ}
        verdict = book.decide(program)
        assert isinstance(verdict, Permitted)
        assert (verdict.rule, verdict.also) == ("programs", ())
        asked = [replace(program, action=action) for action in (Action.READ, Action.WRITE)]
        assert [one and one.permits for one in book.outcomes(asked)] == [True, False]


def test_reasons_that_municipalities_word_otherwise_are_called_by_three_of_their_words() -> None:
    def titles(*said: str) -> str:
        municipal = "".join(of_hulin(f"f{number}", "closed", title) for number, title in enumerate(said))
        return book_of(**{f"_{HULIN}": municipal}).titles["closed"][Language.CZECH]

    assert titles("a") == titles("a", "a") == "a"
    assert titles("a", "b", "c") == "a / b / c"
    assert titles("a", "b", "c", "d") == "a / b / c / …"
    assert titles("V obci {municipality} ne") == "V obci ne"


def test_a_reason_that_the_region_speaks_is_called_by_its_words_alone() -> None:
    region = of_hulin("common", "closed", "Zavřel to kraj").replace(f' in Municipality::"{HULIN}"', "")
    book = book_of(region, **{f"_{HULIN}": of_hulin("own", "closed", "Volejte 777 123 456")})
    assert book.titles["closed"][Language.CZECH] == "Zavřel to kraj"
