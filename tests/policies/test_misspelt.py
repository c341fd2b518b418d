"""An attribute by a name that Cedar does not know is told once, and which is meant."""

from pathlib import Path

import cedarpy
import pytest

from config.vocabulary import ApplicationId, NetworkName, RouteName
from policies.examine import SCHEMA_FILE
from policies.fault import CS, EN
from policies.misspelt import closest_code, unknown
from policies.review import Bounds, review
from tests.policies.world import DISTRICT

BOUNDS = Bounds(cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8")), frozenset(DISTRICT))
POLICY = """@id("x") @title_cs("a") @title_en("a") @reason("x_refused") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource)
when {{ {condition} }};
"""


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ("context.sign_in.levell > 1", "context.sign_in.level"),
        ("context.sign_inn.level > 1", "context.sign_in"),
        ("context.time.hours > 1", "context.time.hour"),
        ('principal.rolez.contains(Role::"mayor")', "roles"),
        ("context has device && context.device.managd", "context.device.managed"),
    ],
)
def test_a_misspelt_attribute_is_told_once_with_the_one_that_is_meant(condition: str, name: str) -> None:
    (told,) = review(Path("x.cedar"), POLICY.format(condition=condition), BOUNDS).problems
    assert told.remedy.startswith(f"is `{name}` meant?")
    assert told.line == 3


def test_what_resembles_nothing_or_is_another_fault_has_no_name_that_is_meant() -> None:
    (told,) = review(Path("x.cedar"), POLICY.format(condition="context.zzz == 1"), BOUNDS).problems
    assert "meant" not in told.remedy
    assert "sign_in" in told.remedy
    assert unknown("unexpected type: expected Bool but saw Long") is None


NAMED = Bounds(
    BOUNDS.schema,
    BOUNDS.district,
    frozenset({ApplicationId("records"), ApplicationId("budget")}),
    networks=frozenset({NetworkName("office")}),
    routes=frozenset({RouteName("exports")}),
)


@pytest.mark.parametrize(
    ("condition", "wrong", "right", "said"),
    [
        (
            'principal.roles.contains(Role::"deputy_mayr")',
            "deputy_mayr",
            "deputy_mayor",
            "role „deputy_mayr“",
        ),
        ('principal.roles.contains(Role :: "deputy_mayr")', "", "deputy_mayor", "role „deputy_mayr“"),
        (
            'context.sign_in.factors.contains(Factor::"hvk")',
            "hvk",
            "hwk",
            "způsob prokázání totožnosti „hvk“",
        ),
        ('action == Action::"raed"', "raed", "read", "činnost „raed“"),
        ('principal.roles.contains(Rolle::"mayor")', "Rolle", "Role", "nic takového jako „Rolle“"),
        ("context.sign_in.levell > 1", "levell", "context.sign_in.level", "atribut „sign_in.levell“"),
        ('resource in Application::"recods"', "recods", "records", "aplikace „recods“"),
        ('resource in Municipality::"588419"', "588419", "588491", "obec 588419"),
        ('context.place.networks.contains(Network::"ofice")', "ofice", "office", "síť „ofice“"),
        ('context has route && context.route.id == "exprts"', "exprts", "exports", "„exprts“"),
        ('principal.offices.contains(Office::"588491/mayr")', "588491/mayr", "588491/mayor", "„588491/mayr“"),
    ],
)
def test_a_misspelt_name_of_a_closed_set_is_told_in_both_languages_with_the_one_that_is_meant(
    condition: str, wrong: str, right: str, said: str
) -> None:
    text = POLICY.format(condition=condition)
    (told,) = review(Path("x.cedar"), text, NAMED).problems
    czech, english = told.in_languages()[CS], told.in_languages()[EN]
    assert said in czech
    assert f"nemá to být `{right}`?" in czech
    assert f"is `{right}` meant?" in english
    assert "schema" not in czech + english
    assert "hlásí" not in czech
    if wrong:
        assert text.splitlines()[told.line - 1][told.column - 1 :].startswith(wrong)


@pytest.mark.parametrize("path", ["purpose.text", "purpose.text.more"])
def test_of_what_has_no_attributes_none_are_known(path: str) -> None:
    found = unknown(f"attribute `{path}` in context not found")
    assert found is not None
    assert found.fault.remedy[CS].endswith("známé atributy: žádné")
    assert found.fault.remedy[EN].endswith("known there are none")


def test_a_role_that_resembles_none_is_told_with_those_that_are_known() -> None:
    condition = 'principal.roles.contains(Role::"zzz")'
    (told,) = review(Path("x.cedar"), POLICY.format(condition=condition), BOUNDS).problems
    assert told.remedy.startswith("correct the name; known there are accountant, auditor, ")
    assert "opravte jméno; známé role: accountant (účetní), auditor, " in told.in_languages()[CS]


def test_an_action_that_is_misspelt_is_told_with_what_actions_are_called() -> None:
    (told,) = review(Path("x.cedar"), POLICY.format(condition='action == Action::"raed"'), BOUNDS).problems
    assert told.in_languages()[CS].endswith(
        "nemá to být `read`? Známé činnosti: administer (správa), read (čtení), sign (podepsání), write (zápis)"
    )
    assert told.in_languages()[EN].endswith("is `read` meant? Known there are administer, read, sign, write")


@pytest.mark.parametrize(
    ("code", "known", "meant"),
    [
        ("588499", {"588491", "588296"}, "588491"),
        ("488491", {"588491"}, "588491"),
        ("588419", {"588491", "588296"}, "588491"),
        ("858491", {"588491"}, "588491"),
        ("588194", {"588491"}, ""),  # two that changed places, and another
        ("588491", {"588194"}, ""),  # the same two digits, not beside each other
        ("508491", {"580491"}, "580491"),
        ("588433", {"588491"}, ""),
        ("588419", {"588492"}, ""),  # beside each other, and one of them is another digit
        ("588419", {"588481"}, ""),
        ("58849", {"588491"}, ""),
        ("5884911", {"588491"}, ""),
        ("588490", {"588491", "588492"}, ""),  # as near to the one as to the other
        ("588490", set(), ""),
    ],
)
def test_of_codes_only_a_slip_of_the_pen_is_taken_for_one_that_is_known(
    code: str, known: set[str], meant: str
) -> None:
    assert closest_code(code, known) == meant
