"""`brana policy explain`: what somebody would be told and why, and the smallest change that would permit it."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from config.district import District
from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    Role,
    RouteName,
    SubjectId,
)
from gateway.asks.ask import Ask
from gateway.authorize.explaining import (
    Circumstances,
    Somebody,
    anybody,
    as_known,
    explained_as_decided,
    somebody,
)
from gateway.authorize.snapshot import Snapshot
from gateway.commands.looking import looking
from gateway.commands.mistaken import mistaken, written_as
from gateway.commands.options import configuration, language
from gateway.commands.person import named, the_one
from gateway.commands.policies_asked import (
    municipality_asked,
    policies_asked,
    policies_folder,
    snapshot_asked,
)
from gateway.commands.policy_circumstances import duration, from_address, from_country, said_options
from gateway.commands.policy_explain_shown import show_explained
from gateway.commands.policy_moment import moment_asked
from gateway.commands.same_person import other_accounts
from gateway.commands.state import State, existing_state
from gateway.commands.terminal import console
from gateway.commands.titles_asked import applications_asked, role_asked
from idp.directory.same_person import Account, all_of
from policies.explained_content import explained_content
from policies.matrix import DEVICES, FACTORS, DeviceState
from policies.model import Permitted, Question, Text
from policies.said import Said

CS, EN = Language.CZECH, Language.ENGLISH
NOBODY: Text = {CS: "chybí, o koho jde", EN: "who asks is not said"}
SAY_WHO: Text = {
    CS: "uveďte jedno z obojího: --person LOGIN, nebo --role ROLE@KÓD",
    EN: "give --person LOGIN, or --role ROLE@CODE, one of them",
}
NO_ROUTE: Text = {
    CS: "{application} nemá část se jménem {written}",
    EN: "{application} has no route with the name {written}",
}
ROUTES: Text = {CS: "má tyto: {those}", EN: "there are: {those}"}
NO_ROUTES: Text = {
    CS: "žádná z jejích [[applications.routes]] nemá `name`",
    EN: "none of its [[applications.routes]] has a `name`",
}
WHERE_ELSE: Text = {
    CS: "ten člověk má role ve více obcích, nebo v žádné",
    EN: "the person has roles in several municipalities, or in none",
}
SAY_WHERE: Text = {
    CS: "přidejte --municipality, o aplikaci které obce jde",
    EN: "say whose application by --municipality",
}
SHORT = {one.value.rpartition(":")[2]: one for one in AuthenticationLevel}


@click.command(
    help="Say what somebody would be told who asks for APPLICATION, which rules decide and by which facts, and the "
    "smallest change that would permit what is refused. Give a person by --person, or roles by --role. Nothing is "
    "opened. Ends with 1 where it is refused.",
    short_help="Why it is permitted or refused, and what would permit it.",
)
@configuration
@click.argument("application", metavar="APPLICATION")
@policies_folder
@click.option("--person", "login", default="", metavar="LOGIN", help="Login, or identifier; it is recorded.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE@CODE",
    help="mayor@588491, starosta@Hulín: a role by its name or title, and where; repeatable.",
)
@click.option("--acting-for", default="", help="Municipality the person acts for; left out: the one asked.")
@click.option("--municipality", default="", help="Whose application; left out: the one of the first role.")
@click.option("--action", type=click.Choice([one.value for one in Action]), default="read", show_default=True)
@click.option("--route", default="", metavar="NAME", help="By the application's route of that name.")
@click.option("--level", type=click.Choice(list(SHORT)), default="two-factors", show_default=True)
@click.option(
    "--age", default="1 min", callback=duration, show_default=True, help="How long ago the person signed in."
)
@click.option("--at", "written", default="", help="At this moment (2026-11-23T09:00); left out: now.")
@from_address
@from_country
@click.option(
    "--device",
    type=click.Choice([one.value for one in DeviceState]),
    default=DeviceState.UNKNOWN.value,
    show_default=True,
)
@click.option("--tunnel", is_flag=True, help="Through the office's tunnel.")
@said_options
@language
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(  # noqa: PLR0913 - one parameter for each circumstance
    *,
    configuration: Path,
    application: str,
    folder: Path | None,
    login: str,
    roles: tuple[str, ...],
    acting_for: str,
    municipality: str,
    action: str,
    route: str,
    level: str,
    age: timedelta,
    written: str,
    address: str,
    country: str,
    device: str,
    tunnel: bool,
    said: Said,
    language: Language,
    as_json: bool,
) -> None:
    if bool(login) is bool(roles):
        raise mistaken(NOBODY, SAY_WHO, language)
    asked = policies_asked(configuration, folder, language)
    (wanted,) = applications_asked(asked.book.names.applications, [application], language)
    at = moment_asked(written, language)
    nobody = (anybody(*_roles(asked.district, roles, language)), (), ())
    who, asks, others = _known(configuration, login, at) if login else nobody
    there = (
        municipality_asked(asked.district, municipality, language)
        if municipality
        else _first(who, roles, asked.district, language)
    )
    question = Question(
        subject=who.subject,
        roles=who.roles,
        own_municipality=municipality_asked(asked.district, acting_for, language) if acting_for else there,
        application=wanted,
        action=Action(action),
        municipality=there,
        level=SHORT[level],
        factors=FACTORS[SHORT[level]],
        authenticated_at=at - age,
        address=address,
        now=at,
    )
    snapshot = snapshot_asked(asked, asks, others)
    circumstances = Circumstances(
        country=country.upper() or None,
        device=DEVICES[DeviceState(device)],
        tunnel=tunnel,
        route=_route(wanted, route, snapshot, language),
        said=said,
    )
    found = explained_as_decided(asked.book, as_known(question, who, circumstances, snapshot), snapshot, who)
    if as_json:
        click.echo(msgspec.json.encode(explained_content(found)).decode())
    else:
        show_explained(found, who, asked.book.names, language, console())
    sys.exit(0 if isinstance(found.verdict, Permitted) else 1)


def _route(
    application: ApplicationId, written: str, snapshot: Snapshot, language: Language
) -> RouteName | None:
    """Raises CannotStart for a name that no route of the application has."""
    offer = snapshot.applications.get(application)
    names = [] if offer is None else list(offer.routes)
    if written and written not in names:
        raise mistaken(
            NO_ROUTE,
            ROUTES if names else NO_ROUTES,
            language,
            application=application,
            written=written_as(written, language),
            those=", ".join(names),
        )
    return RouteName(written) if written else None


Known = tuple[Somebody, Sequence[Ask], Sequence[Account]]
"""With all that they were let do for a time by any account, and may count at that moment; and their other accounts."""


def _known(configuration: Path, login: str, at: datetime) -> Known:
    state = existing_state(configuration)
    try:
        return asyncio.run(_looked_up(state, login, at))
    finally:
        state.database.close()


async def _looked_up(state: State, login: str, at: datetime) -> Known:
    """Somebody reads about a person: recorded before anything is shown."""
    people = await named(state, login)
    look = looking("policy explain", of=login, found=len(people))
    await state.record([look])
    person = the_one(people, login)
    counting = await state.asks.counting(at)
    others = await other_accounts(state, person.subject)
    return somebody(person), held_by(person.subject, others, counting), others


def held_by(who: SubjectId, others: Sequence[Account], asks: Sequence[Ask]) -> list[Ask]:
    """By any account of the person: a role lent to another one meets with those of this one."""
    theirs = all_of(who, lambda _: others)
    return [one for one in asks if one.holder.subject in theirs]


def _roles(
    district: District, written: tuple[str, ...], language: Language
) -> frozenset[tuple[MunicipalityCode, Role]]:
    return frozenset(role_asked(district, one, language) for one in written)


def _first(
    who: Somebody, written: tuple[str, ...], district: District, language: Language
) -> MunicipalityCode:
    if written:
        return role_asked(district, written[0], language)[0]
    places = sorted({where for where, _ in who.roles})
    if len(places) == 1:
        return places[0]
    raise mistaken(WHERE_ELSE, SAY_WHERE, language)
