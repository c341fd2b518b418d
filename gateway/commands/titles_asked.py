"""Roles and applications as people write them at a terminal: by their ids, or by their titles in either language."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from config.district import District
from config.vocabulary import ROLE_TITLES, ApplicationId, Language, MunicipalityCode, Role
from gateway.audit.folding import folded
from gateway.commands.mistaken import mistaken, written_as
from gateway.commands.policies_asked import DID_YOU_MEAN, OR, municipality_asked
from policies.model import Text

CS, EN = Language.CZECH, Language.ENGLISH
SEVERAL: Text = {CS: "{written} se jmenuje více: {those}", EN: "several are called {written}: {those}"}
THE_ID: Mapping[str, Text] = {
    "application": {
        CS: "napište přesný identifikátor aplikace",
        EN: "write the application's id, to the letter",
    },
    "role": {CS: "napište přesný identifikátor role", EN: "write the role's id, to the letter"},
}
NO_APPLICATION: Text = {
    CS: "aplikace {written} v nastavení není{near}",
    EN: "no application {written} in the settings{near}",
}
NO_ROLE: Text = {CS: "v {whole} není role {written}{near}", EN: "in {whole} there is no role {written}{near}"}
NOWHERE: Text = {CS: "{whole} neříká, ve které obci", EN: "{whole} does not say in which municipality"}
THERE_ARE: Text = {CS: "jsou tu: {those}", EN: "there are: {those}"}
ROLES: Text = {CS: "role jsou: {those}", EN: "the roles are: {those}"}
WHERE: Text = {
    CS: "napište {role}@ a za to její kód, IČO nebo název, například {role}@{example}",
    EN: "write {role}@ and behind it its code, its number or its name, such as {role}@{example}",
}
NEAR = 2  # that somebody may have meant
LONGEST = 100  # characters that are compared


def the_one(what: str, written: str, titles: Mapping[str, Text], language: Language = EN) -> str:
    """By its id to the letter; else by id or title, in any case, with or without accents. What nobody is called stays
    as it was written. `what`: of `THE_ID`.

    Raises CannotStart where several are called so.
    """
    if written in titles:
        return written
    wanted = folded(written)
    found = [one for one, title in titles.items() if wanted in map(folded, (one, *title.values()))]
    if len(found) > 1:
        raise mistaken(
            SEVERAL, THE_ID[what], language, written=written_as(written, language), those=", ".join(found)
        )
    return found[0] if found else written


def applications_asked(
    known: Mapping[ApplicationId, Text], written: Iterable[str], language: Language = EN
) -> tuple[ApplicationId, ...]:
    """Those that are named, which have to be there; all where none is named. Raises CannotStart."""
    titles = {str(one): title for one, title in known.items()}
    found = [the_one("application", one, titles, language) for one in written]
    for one in found:
        if one not in titles:
            raise mistaken(
                NO_APPLICATION,
                THERE_ARE,
                language,
                written=written_as(one, language),
                near=_meant(one, titles, language),
                those=_listed(titles, titles),
            )
    return tuple(map(ApplicationId, found)) or tuple(known)


def role_asked(district: District, written: str, language: Language = EN) -> tuple[MunicipalityCode, Role]:
    """`ROLE@MUNICIPALITY`. Raises CannotStart, which says what is wrong with which of both."""
    name, at, where = (part.strip() for part in written.partition("@"))
    titles = {role.value: title for role, title in ROLE_TITLES.items()}
    role, whole = the_one("role", name, titles, language), written_as(written, language)
    if role not in titles:
        raise mistaken(
            NO_ROLE,
            ROLES,
            language,
            whole=whole,
            written=written_as(name, language),
            near=_meant(name, titles, language),
            those=_listed(titles, titles),
        )
    if not at or not where:
        raise mistaken(NOWHERE, WHERE, language, whole=whole, role=role, example=next(iter(district)))
    return municipality_asked(district, where, language), Role(role)


def _meant(written: str, titles: Mapping[str, Text], language: Language) -> str:
    names = {folded(name): one for one, title in titles.items() for name in (one, *title.values())}
    close = get_close_matches(folded(written[:LONGEST]), names, NEAR)
    near = dict.fromkeys(names[one] for one in close)
    those = _listed(near, titles, OR[language])
    return f"; {DID_YOU_MEAN[language].format(those=those)}" if near else ""


def _listed(ids: Iterable[str], titles: Mapping[str, Text], between: str = ", ") -> str:
    """Each with its Czech title, where it has another."""
    return between.join(_called(one, titles[one][Language.CZECH]) for one in ids)


def _called(one: str, title: str) -> str:
    return one if title == one else f"{one} ({title})"
