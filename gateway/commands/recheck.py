"""`brana user recheck`: a person is read in the directory at once, and what has changed reaches the sessions."""

import asyncio
from pathlib import Path

import click

from config.vocabulary import Language, SubjectId, technical_account_of
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.reasons import REASONS
from gateway.commands.known_people import known_people
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.person import answering_to, federation_of, nobody, several
from gateway.commands.sessions import answering, office_of, said_ended, tell
from gateway.commands.state import State, existing_state, now
from gateway.sessions.recheck import Recheck, Rechecked
from gateway.sessions.store import Open
from idp.directory.federation import Federation


@click.command(
    name="recheck",
    help="Read a person in the directory at once: who left or may not work is out, other roles count from now on.",
    short_help="Read a person in the directory at once.",
)
@configuration
@click.argument("login")
def command(configuration: Path, login: str) -> None:
    state = existing_state(configuration)
    found = asyncio.run(_recheck(state, login))
    reason = REASONS.name(found.reason)
    click.echo(f"{found.login}: {reason.in_language(Language.ENGLISH) if reason else found.reason}")
    for what, roles in (("gained", found.gained), ("lost", found.lost)):
        for where, role in roles:
            click.echo(f"{what}: {role.title_in(Language.ENGLISH)} in {state.district.name(where)} ({where})")
    if found.ended:
        click.echo(said_ended(found.ended))
    if found.stopped:
        click.echo(f"{found.stopped} {'sign-in' if found.stopped == 1 else 'sign-ins'} under way stopped")


async def _recheck(state: State, login: str) -> Rechecked:
    federation, moment = federation_of(state), now()
    try:
        subject, known = await _whom(state, federation, login)
        by = Entry(code=Code.PERSON_RECHECKED, outcome=Outcome.SUCCESS, at=moment, subject=operator())
        known_now = known_people(state, federation)
        recheck = Recheck(office_of(state), state.identities, known_now.person, state.record)
        found = await recheck.read_again(subject, known, by, moment)
    finally:
        federation.close()
    await tell(state, said_ended(found.ended))
    return found


async def _whom(state: State, federation: Federation, login: str) -> tuple[SubjectId, str]:
    """Of people with sessions too whom no directory knows any more. A login that several people have, here or in
    the directories, is nobody's; an identifier is always one person's. No directory knows a technical account.
    """
    found = Open(await state.sessions.open_ones(), await state.sessions.sign_ons())
    known = answering(found, login)
    people = {one: name for one, name in known.items() if technical_account_of(one) is None}
    if SubjectId(login) not in people:
        people |= {one.subject: one.login for one in await answering_to(federation, login)}
    if len(people) > 1:
        raise several(login, (f"{name} ({subject})" for subject, name in people.items()))
    if not people:
        raise nobody(login)
    return next(iter(people.items()))
