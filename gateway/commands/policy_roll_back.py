"""`brana policy roll-back`: one municipality's policies, or the region's, are again what they were in an older version.

It is the way back for a municipality that stands without policies: there nobody is let in, approvers neither.
"""

import asyncio
from pathlib import Path

import click

from gateway.commands.act_not_done import not_done
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.policies_asked import municipality_asked
from gateway.commands.policy_offices import activation_of, office_of
from gateway.commands.reason_said import why_option
from gateway.commands.sessions import tell
from gateway.commands.state import State, existing_state, now
from gateway.policy_office.asking import by_operator
from gateway.policy_office.refusal import ActRefused
from gateway.policy_office.scope import OF_REGION, Scope
from gateway.policy_office.version import Version
from idp.directory.same_person import no_others

SEE = "its versions, with their numbers: the page Policies, or the log (kind of entry: policies came into force)"


@click.command(
    name="roll-back",
    help="Make the policies of OF (a municipality, or `region`) what they were in version NUMBER, at once.",
    short_help="Roll back one municipality's policies, or the region's.",
)
@configuration
@click.argument("of", metavar="OF")
@click.argument("number", type=click.IntRange(min=1))
@why_option("Kept with the version and in the audit log.")
def roll_back(configuration: Path, of: str, number: int, why: str) -> None:
    state = existing_state(configuration)
    try:
        scope = OF_REGION if of == OF_REGION else Scope(municipality_asked(state.district, of))
        made = asyncio.run(_rolled_back(state, scope, number, why))
    except ActRefused as refused:
        raise not_done(refused, SEE) from refused
    finally:
        state.database.close()
    click.echo(f"policies now: {made.version} (number {made.number}), those of {of} as in number {number}")


async def _rolled_back(state: State, scope: Scope, number: int, why: str) -> Version:
    activation = activation_of(office_of(state, no_others))
    made = await activation.roll_back(by_operator(operator()), scope, number, why, now())
    await tell(state, f"policies {made.version} in force")
    return made
