"""What comes of cases at one municipality is believed of another only where nothing speaks of either, however spelt."""

from pathlib import Path

import cedarpy
import pytest

from config.district import District
from config.vocabulary import MunicipalityCode
from policies import trial
from policies.case_files import read_cases
from policies.evaluate import Source
from policies.examine import SCHEMA_FILE
from policies.reasons import Names
from policies.review import Bounds, review
from policies.spelt import spelt
from policies.trial import tried
from tests.policies.world import DISTRICT, HULIN, KROMERIZ

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
SPELT = f"{KROMERIZ[:-1]}\\u{{{ord(KROMERIZ[-1]):x}}}"
"""The code in Cedar, with an escape."""


def source_of(text: str, only: MunicipalityCode | None = None) -> Source:
    reviewed = review(Path("10.cedar"), text, Bounds(SCHEMA, frozenset(DISTRICT), only=only))
    assert reviewed.problems == ()
    return Source(reviewed.text, reviewed.policies)


def holding(region: Source, municipal: dict[MunicipalityCode, Source], cases: str) -> dict[str, bool]:
    """Where the cases hold; nothing is known from before."""
    trial._known.clear()
    files = [read_cases(Path("a.cases.toml"), cases, DISTRICT)]
    return {one.municipality: one.broken is None for one in tried(region, municipal, Names(DISTRICT), files)}


def holding_with_own(
    region: Source, municipal: dict[MunicipalityCode, Source], cases: dict[MunicipalityCode, str]
) -> dict[str, bool]:
    """The same, by cases of each one's own."""
    trial._known.clear()
    files = [
        read_cases(Path(f"{code}.cases.toml"), text, DISTRICT, only=code) for code, text in cases.items()
    ]
    return {one.municipality: one.broken is None for one in tried(region, municipal, Names(DISTRICT), files)}


@pytest.mark.parametrize(
    "kromeriz",
    [
        f'resource in Municipality::"{KROMERIZ}"',
        f'resource in Municipality::"{SPELT}"',
        f'principal.offices.contains(Office::"{SPELT}/mayor")',
        f'resource == Resource::"{SPELT}/records"',
    ],
)
@pytest.mark.parametrize("first", [HULIN, KROMERIZ])
def test_what_holds_at_one_municipality_is_not_believed_of_another_of_which_the_region_speaks(
    kromeriz: str, first: MunicipalityCode
) -> None:
    text = f'@id("a") permit (principal, action, resource) when {{ !({kromeriz}) }};'
    codes = (first, *({HULIN, KROMERIZ} - {first}))
    found = holding(source_of(text), dict.fromkeys(codes, Source("", ())), '[[case]]\nname = "a"\n')
    assert found == {HULIN: True, KROMERIZ: False}


@pytest.mark.parametrize("first", [HULIN, KROMERIZ])
def test_nor_of_another_whose_policies_speak_of_it_by_an_escape(first: MunicipalityCode) -> None:
    codes = (first, *({HULIN, KROMERIZ} - {first}))
    own = {
        code: source_of(
            f'@id("a") permit (principal, action, resource in Municipality::"{code}") '
            f'when {{ principal.municipality != Municipality::"{SPELT}" }};',
            code,
        )
        for code in codes
    }
    found = holding(Source("", ()), own, '[[case]]\nname = "a"\n')
    assert found == {HULIN: True, KROMERIZ: False}


@pytest.mark.parametrize(
    "asked",
    [
        f'context.purpose == "{SPELT}"',
        f'context.purpose like "{KROMERIZ[:-1]}*"',
        f'context.purpose like "*{KROMERIZ[1:-1]}*"',
        f'context.purpose like "*/{SPELT}"',
        f'["{SPELT}"].contains(context.purpose)',
        f'{{"{SPELT}": true}} has "{KROMERIZ}" && context.purpose == "{SPELT}"',
    ],
)
@pytest.mark.parametrize("first", [HULIN, KROMERIZ])
@pytest.mark.parametrize("by_region", [True, False])
def test_nor_of_another_where_any_text_or_pattern_may_be_its_code(
    first: MunicipalityCode, asked: str, *, by_region: bool
) -> None:
    codes = (first, *({HULIN, KROMERIZ} - {first}))
    policy = '@id("a") permit (principal, action, resource{}) unless {{ context has purpose && {} }};'
    region, own = Source("", ()), dict.fromkeys(codes, Source("", ()))
    if by_region:
        region = source_of(policy.format("", asked))
    else:
        own = {code: source_of(policy.format(f' in Municipality::"{code}"', asked), code) for code in codes}
    purpose = '[[case]]\nname = "a"\nfacts = {{ purpose = "{}{}" }}\n'
    said = {code: purpose.format("/" if "*/" in asked else "", code) for code in codes}
    assert holding_with_own(region, own, said) == {HULIN: True, KROMERIZ: False}


@pytest.mark.parametrize("first", [HULIN, KROMERIZ])
def test_nor_where_a_code_is_compared_as_a_number(first: MunicipalityCode) -> None:
    codes = (first, *({HULIN, KROMERIZ} - {first}))
    between = (int(HULIN) + int(KROMERIZ)) // 2
    compared = f"context.sign_in.age {'<' if int(KROMERIZ) < between else '>'} {between}"
    scope = 'principal, action, resource in Municipality::"{}"'
    own = {
        code: source_of(f'@id("a") permit ({scope.format(code)}) unless {{ {compared} }};', code)
        for code in codes
    }
    said = {code: f'[[case]]\nname = "a"\nage = "PT{code}S"\n' for code in codes}
    assert holding_with_own(Source("", ()), own, said) == {HULIN: True, KROMERIZ: False}


def test_a_pattern_that_says_nothing_of_a_code_speaks_of_nobody() -> None:
    policy = '@id("a") permit (principal, action, resource) when {{ context.purpose like "{}" }};'
    for pattern in ("*", "/files/*", "*.pdf", f"{KROMERIZ[:-1]}x*", "a*b"):
        assert spelt(policy.format(pattern), [KROMERIZ]) == frozenset(), pattern
    for pattern in (f"*{KROMERIZ[2:]}", f"{KROMERIZ[0]}*", f"x{KROMERIZ}", f"a*{KROMERIZ[1:3]}*b"):
        assert spelt(policy.format(pattern), [KROMERIZ]) == {KROMERIZ}, pattern


def test_nor_where_a_case_names_one_by_an_escape() -> None:
    everything = source_of('@id("a") permit (principal, action, resource);')
    codes = dict.fromkeys((HULIN, KROMERIZ), Source("", ()))
    escaped = f"{KROMERIZ[:-1]}\\u{ord(KROMERIZ[-1]):04x}"
    cases = f'[[case]]\nname = "a"\nmunicipality = "{escaped}"\nreason = "nothing_permits"\n'
    assert holding(everything, codes, cases) == {KROMERIZ: False}


def test_elsewhere_is_a_municipality_of_which_no_policy_speaks_where_there_is_one() -> None:
    others = [code for code in DISTRICT if code != HULIN]
    nothing, district, alone = Source("", ()), Names(DISTRICT), Names(District([DISTRICT[HULIN]]))
    speaks = '@id("a") permit (principal, action, resource) when {{ principal.municipality == Municipality::"{}" }};'
    literal, spelt = (
        source_of(speaks.format(one)) for one in (others[0], f"{others[0][:-1]}\\u{{{ord(others[0][-1]):x}}}")
    )

    def elsewhere(source: Source, spoken_of: frozenset[MunicipalityCode], names: Names = district) -> str:
        return trial._elsewhere(HULIN, source, spoken_of, names)

    assert elsewhere(nothing, frozenset()) == others[0]
    for source in (literal, spelt):
        assert elsewhere(source, frozenset()) == others[1]
        assert elsewhere(source, frozenset({others[1]})) == others[2]
    assert elsewhere(nothing, frozenset(others)) == others[0]
    assert elsewhere(nothing, frozenset(), alone) not in DISTRICT


def test_what_nobody_from_elsewhere_may_do_is_asked_of_each_municipality_of_which_a_policy_speaks() -> None:
    others = [code for code in DISTRICT if code != HULIN]
    cases = '[[never]]\nname = "a"\ntitle_cs = "a"\ntitle_en = "a"\nown = "elsewhere"\napplications = ["records"]\n'
    speaks = (
        '@id("a") @title_cs("a") @title_en("a") permit (principal, action == Action::"read", '
        f'resource in Municipality::"{HULIN}") when {{{{ principal.municipality == Municipality::"{{}}" }}}};'
    )
    last = f"{others[-1][:-1]}\\u{{{ord(others[-1][-1]):x}}}"
    for spelling in (others[0], others[-1], last):
        assert holding(Source("", ()), {HULIN: source_of(speaks.format(spelling))}, cases) == {HULIN: False}
    assert holding(Source("", ()), {HULIN: source_of(speaks.format(HULIN))}, cases) == {HULIN: True}
