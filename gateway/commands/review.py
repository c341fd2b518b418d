"""`brana review list|begin|report|removed|restore`: access reviews of the whole district, for people and scripts."""

import asyncio
import json
from collections.abc import Awaitable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table

from config.vocabulary import Language, MunicipalityCode, SubjectId
from gateway.access_review.blocks import Block, BlockId
from gateway.access_review.campaign import CampaignId, Plan, Scope
from gateway.access_review.report import as_csv
from gateway.access_review.reviewer import Reviewer, ReviewRefused
from gateway.access_review.reviewing import Answer, Listed, Reviewing
from gateway.commands.decisions import snapshot_of, titles_of
from gateway.commands.drawn_names import TakesDrawnNames
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.pushed_roles import replicated_people
from gateway.commands.reason_said import why_option
from gateway.commands.reviewing import WhoHasWhat
from gateway.commands.sessions import tell
from gateway.commands.shared_policies import book_in_force
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.commands.titles_asked import applications_asked
from gateway.sessions.assistance import end_of
from gateway.web.access_review.not_done import REFUSALS
from idp.directory.replicated import ReplicatedPeople
from idp.directory.same_person import no_others

T = TypeVar("T")
as_json = click.option("--json", "machine", is_flag=True, help="As JSON, for programs.")


@click.group(help="Access reviews: begin them, see how they stand, what was removed.")
def command() -> None: ...


@command.command(name="list", help="Reviews of all municipalities, the latest first.")
@configuration
@as_json
def list_reviews(configuration: Path, *, machine: bool) -> None:
    state = existing_state(configuration)
    found = asyncio.run(_reviewing(state).campaigns(_operator()))
    if machine:
        click.echo(json.dumps([_row(state, one) for one in found], ensure_ascii=False, indent=1))
        return
    table = Table("review", "municipality", "scope", "begun", "deadline", "decided", "removed", "state")
    for one in found:
        row = _row(state, one)
        times = [local_time(one.campaign.begun_at), local_time(one.campaign.deadline)]
        how_far = f"{row['decided']} of {row['accesses']}"
        scope = " ".join(filter(None, (row["scope"], row["application"])))
        table.add_row(one.campaign.id, row["name"], scope, *times, how_far, str(row["removed"]), row["state"])
    console().print(table)


@command.command(help="Begin reviews, of the municipalities named by their codes or of all.")
@configuration
@click.argument("municipality", nargs=-1)
@click.option("--all", "everywhere", is_flag=True, help="In every municipality of the district.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--scope", type=click.Choice([one.value for one in Scope]), default=Scope.ALL.value)
@click.option("--application", default="", help="With --scope application: which one.")
@as_json
def begin(
    configuration: Path,
    municipality: tuple[str, ...],
    until: datetime,
    scope: str,
    application: str,
    *,
    everywhere: bool,
    machine: bool,
) -> None:
    if bool(municipality) == everywhere:
        raise click.UsageError("name municipalities by their codes, or --all, not both")
    if bool(application) != (scope == Scope.APPLICATION.value):
        raise click.UsageError("--application goes with --scope application, and that with it")
    state = existing_state(configuration)
    codes = list(state.district) if everywhere else [MunicipalityCode(one) for one in municipality]
    unknown = [code for code in codes if code not in state.district]
    if unknown:
        raise CannotStart(f"no municipality of the district: {', '.join(unknown)}", "see office.district")
    snapshot = snapshot_of(state.settings, state.district, book_in_force(state), no_others)  # of roles alone
    if application:
        (application,) = applications_asked(titles_of(state.settings), [application])
    reviews = _reviewing(state, WhoHasWhat(state, _people(state), lambda: snapshot))
    begun, refused = asyncio.run(
        reviews.begin_everywhere(
            _operator(), codes, Plan(Scope(scope), end_of(until.date()), application), now()
        )
    )
    if machine:
        told: dict[str, Any] = {
            "begun": {one.municipality: one.id for one in begun},
            "refused": {code: one.reason.value for code, one in refused.items()},
        }
        click.echo(json.dumps(told, indent=1))
    else:
        for one in begun:
            click.echo(f"{one.id}  {state.district.name(one.municipality)} ({one.municipality})")
        for code, why in refused.items():
            click.echo(f"none in {state.district.name(code)} ({code}): {_said(why)}", err=True)
    if not begun:
        raise CannotStart("no review was begun", "see the reasons above, and `brana review list`")


@command.command(
    cls=TakesDrawnNames, help="The report of a closed review, as it was closed: JSON, or a table (CSV)."
)
@configuration
@click.argument("review")
@click.option("--csv", "table", is_flag=True, help="Its accesses as a table.")
def report(configuration: Path, review: str, *, table: bool) -> None:
    state = existing_state(configuration)
    campaign = asyncio.run(_report(state, CampaignId(review)))
    click.echo(as_csv(campaign) if table else campaign, nl=False)


@command.command(help="Roles that count no more, and whether the directory has followed.")
@configuration
@as_json
def removed(configuration: Path, *, machine: bool) -> None:
    state = existing_state(configuration)
    blocks = asyncio.run(_removed(state))
    if machine:
        click.echo(json.dumps([_block(one) for one in blocks], ensure_ascii=False, indent=1))
        return
    table = Table("removed", "person", "role", "municipality", "since", "by", "directory")
    for one in blocks:
        followed = "still has it" if one.waits else "has it no more"
        role, where = one.role.title_in(Language.ENGLISH), state.district.name(one.municipality)
        table.add_row(
            one.id, f"{one.name} ({one.login})", role, where, local_time(one.since), one.by.name, followed
        )
    console().print(table)


@command.command(
    cls=TakesDrawnNames, help="Let a removed role count again; REMOVED is from `brana review removed`."
)
@configuration
@click.argument("removed")
@why_option("It is recorded.")
def restore(configuration: Path, removed: str, why: str) -> None:
    state = existing_state(configuration)
    block = asyncio.run(
        _explained(_reviewing(state).restore(_operator(), None, BlockId(removed), why, now()))
    )
    click.echo(
        f"{block.role.value} of {block.login} in {state.district.name(block.municipality)} counts again"
    )


async def _report(state: State, which: CampaignId) -> str:
    """Recorded before it is shown."""
    shown = await _explained(_reviewing(state).shown(_operator(), which, now()))
    if not shown.campaign.over:
        raise CannotStart("the review is not closed, so it has no report", "see `brana review list`")
    await _look(state, "review report", len(shown.items))
    return shown.campaign.report


async def _removed(state: State) -> list[Block]:
    found = list(await state.reviews.look(lambda book: book.blocks()))
    await _look(state, "review removed", len(found))
    return found


async def _look(state: State, asked: str, found: int) -> None:
    await state.record([looking(asked, found=found)])


async def _explained(doing: Awaitable[T]) -> T:
    try:
        return await doing
    except ReviewRefused as refusal:
        raise CannotStart(_said(refusal), "see `brana review list` and `brana review removed`") from refusal


def _said(refusal: ReviewRefused) -> str:
    return f"{REFUSALS[refusal.reason][0].title[Language.ENGLISH]} ({refusal.reason})"


def _operator() -> Reviewer:
    who = operator()
    return Reviewer(subject=SubjectId(who), login=who, municipality=None, others=no_others)


def _people(state: State) -> dict[Any, ReplicatedPeople]:
    return dict(replicated_people(state))


def _reviewing(state: State, found: WhoHasWhat | None = None) -> Reviewing:
    """Beside a running product, which is told to look again. `found`: for what begins a review."""

    async def reach(_: Collection[SubjectId]) -> None:
        await tell(state, "the change is")

    async def nobody(_: Collection[SubjectId]) -> Answer:
        return Answer(frozenset(), frozenset())

    async def not_here(*_: object) -> None:
        raise CannotStart(
            "what ends for good is removed on the page of the review", "see /reviews of the host `policies.`"
        )

    async def nothing(*_: object) -> dict[MunicipalityCode, Any]:
        return {}

    return Reviewing(
        store=state.reviews,
        found=found or nothing,
        last_use=state.reviews.last_use,
        end=not_here,
        in_directory=nobody,
        reach=reach,
        name_of=state.district.name,
    )


def _row(state: State, one: Listed) -> dict[str, Any]:
    campaign = one.campaign
    state_of = "closed" if campaign.over else "overdue" if campaign.overdue(now()) else "under way"
    return {
        "review": campaign.id,
        "municipality": campaign.municipality,
        "name": state.district.name(campaign.municipality),
        "scope": campaign.scope.value,
        "application": campaign.application,
        "begun": campaign.begun_at.isoformat(),
        "deadline": campaign.deadline.isoformat(),
        "closed": campaign.closed_at.isoformat() if campaign.closed_at else None,
        "sha256": campaign.digest,
        "accesses": one.progress.all,
        "decided": one.progress.done,
        "removed": one.progress.removed,
        "state": state_of,
    }


def _block(one: Block) -> dict[str, Any]:
    return {
        "removed": one.id,
        "subject": one.subject,
        "login": one.login,
        "name": one.name,
        "municipality": one.municipality,
        "role": one.role.value,
        "review": one.campaign,
        "since": one.since.isoformat(),
        "by": one.by.name,
        "gone_from_directory": one.gone_since.isoformat() if one.gone_since else None,
    }
