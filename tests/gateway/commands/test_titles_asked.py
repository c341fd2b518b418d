"""Roles and applications as people write them at a terminal: what is meant, and what is wrong with which word."""

import pytest

from config.vocabulary import ApplicationId, Language, Role
from gateway.commands.preflight import CannotStart
from gateway.commands.titles_asked import applications_asked, role_asked
from tests.policies.world import DISTRICT, HULIN


def titles(czech: str, english: str) -> dict[Language, str]:
    return {Language.CZECH: czech, Language.ENGLISH: english}


KNOWN = {
    ApplicationId("records"): titles("Spisová služba", "Records"),
    ApplicationId("budget"): titles("Rozpočet", "Budget"),
    ApplicationId("map"): titles("Mapy", "Maps"),
    ApplicationId("old"): titles("Mapy", "Old maps"),
}


@pytest.mark.parametrize(
    "written",
    ["mayor@588491", "starosta@588491", "Mayor@Hulín", " mayor @ hulín", "STAROSTA@00287229"],
)
def test_a_role_is_written_by_its_name_or_title_with_where(written: str) -> None:
    assert role_asked(DISTRICT, written) == (HULIN, Role.MAYOR)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("mayr@588491", "in 'mayr@588491' there is no role 'mayr'; did you mean mayor (starosta)"),
        ("místostarost@588491", "did you mean deputy_mayor (místostarosta)"),
        ("zzz@588491", "there is no role 'zzz'\n    the roles are: mayor (starosta), deputy_mayor (míst"),
        ("@588491", "there is no role ''\n"),
        (
            "mayor",
            "'mayor' does not say in which municipality\n    write mayor@ and behind it its code, its number or",
        ),
        ("starosta@ ", "does not say in which municipality\n    write mayor@"),
        ("mayor@Hulin", "no municipality 'Hulin' in the district; did you mean Hulín (588491)?"),
        ("x" * 100_000, "there is no role"),
    ],
)
def test_what_is_wrong_with_which_word_is_told(written: str, complaint: str) -> None:
    with pytest.raises(CannotStart) as refused:
        role_asked(DISTRICT, written)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("written", ["records", "spisova sluzba", "Spisová služba", "RECORDS"])
def test_an_application_is_written_by_its_id_or_title(written: str) -> None:
    assert applications_asked(KNOWN, [written, "Rozpočet"]) == ("records", "budget")
    assert applications_asked(KNOWN, []) == tuple(KNOWN)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("rekords", "no application 'rekords' in the settings; did you mean records (Spisová služba)?\n"),
        (
            "zzz",
            "in the settings\n    there are: records (Spisová služba), budget (Rozpočet), map (Mapy), old (Mapy)",
        ),
        ("mapy", "several are called 'mapy': map, old\n    write the application's id, to the letter"),
    ],
)
def test_an_application_that_is_none_or_several_is_refused(written: str, complaint: str) -> None:
    with pytest.raises(CannotStart) as refused:
        applications_asked(KNOWN, [written])
    assert complaint in str(refused.value)
    assert applications_asked(KNOWN, ["old"]) == ("old",)


def test_a_title_of_one_that_is_the_id_of_another_means_neither() -> None:
    known = KNOWN | {
        ApplicationId("posta"): titles("Podatelna", "Mail room"),
        ApplicationId("mail"): titles("Pošta", "Mail"),
    }
    for written in ("Posta", "Pošta", "POSTA"):
        with pytest.raises(CannotStart, match=f"several are called '{written}': posta, mail"):
            applications_asked(known, [written])
    assert applications_asked(known, ["posta"]) == ("posta",), "an id to the letter"
    assert applications_asked(known, ["Podatelna", "MAIL"]) == ("posta", "mail")
