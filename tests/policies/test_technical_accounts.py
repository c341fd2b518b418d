"""Law 5: what is permitted to people opens nothing to a program, whatever its roles."""

from pathlib import Path

from config.vocabulary import ApplicationId, AuthenticationLevel, Role, technical_subject
from policies.load import load
from policies.model import Permitted
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, MUNICIPALITIES, REGION, ask, example_book

PROGRAM = {
    "subject": technical_subject("import"),
    "level": AuthenticationLevel.PASSWORD,
    "factors": frozenset(),
}
PERMIT = """
@id("programs")
permit (principal is TechnicalAccount, action == Action::"read", resource in Application::"records")
when { principal.roles.contains(Role::"mayor") };
"""


def book_with(folder: Path, text: str):
    region = folder / "region"
    region.mkdir()
    for file in REGION.iterdir():
        (region / file.name).write_bytes(file.read_bytes())
    (region / "70-programs.cedar").write_text(text, "utf-8")
    return load(region, MUNICIPALITIES, DISTRICT, APPLICATIONS)


def test_a_program_with_a_mayors_role_may_nothing_that_a_mayor_may() -> None:
    book = example_book()
    mayor = (HULIN, Role.MAYOR)
    assert isinstance(book.decide(ask(mayor)), Permitted)
    for application in ("records", "portal"):
        verdict = book.decide(ask(mayor, application=ApplicationId(application), **PROGRAM))
        assert verdict.reason == "not_for_technical_accounts"
        assert not book.allowed(
            ask(mayor, application=ApplicationId(application), **PROGRAM), ["read", "write"]
        )


def test_a_rule_for_programs_opens_to_programs_alone_and_names_itself(tmp_path: Path) -> None:
    book = book_with(tmp_path, PERMIT)
    assert book.decide(ask((HULIN, Role.MAYOR), **PROGRAM)).rule == "programs"
    assert book.decide(ask((HULIN, Role.CLERK), **PROGRAM)).reason == "not_for_technical_accounts"
    assert "programs" not in book.decide(ask((HULIN, Role.MAYOR))).also


def test_a_forbid_of_everybody_concerns_programs_too(tmp_path: Path) -> None:
    everybody = '@id("all") @reason("closed") @title_cs("x") @title_en("x") @advice_cs("x") @advice_en("x")\n'
    book = book_with(tmp_path, PERMIT + everybody + "forbid (principal, action, resource);")
    assert book.decide(ask((HULIN, Role.MAYOR), **PROGRAM)).reason == "closed"


def test_policies_that_compare_people_stay_as_they_were(tmp_path: Path) -> None:
    own = "context has author && principal == context.author"
    book = book_with(tmp_path, f'@id("mine")\npermit (principal, action, resource) when {{ {own} }};')
    assert isinstance(book.decide(ask((HULIN, Role.MAYOR))), Permitted)
