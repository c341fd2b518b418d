"""`brana audit report`: each demand of the decree, how it is met here, and evidence from the log."""

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

import click

from config.settings import Regime
from config.vocabulary import Language
from gateway.audit import reading_acts
from gateway.commands import pdf_process
from gateway.commands.addresses import Addresses
from gateway.commands.audit_handed_out import opened, purpose_option, require_new
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.compliance import report_about
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.own_applications import OWN
from gateway.commands.policies_in_force import reasons_of
from gateway.commands.preflight import CannotStart
from gateway.commands.shared_policies import book_in_force
from gateway.commands.state import State, existing_state, now
from gateway.compliance.paper import NotDrawn, drawn
from gateway.compliance.report import Report
from gateway.compliance.told import as_json
from gateway.web.officer.names import Names
from gateway.web.officer.report_shown import document_of
from gateway.web.pages import make_pages
from policies.evaluate import PolicyBook

YEAR = timedelta(days=365)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    help="How this installation stands to the decrees on cyber security, for an auditor: each demand, how it is met, "
    "evidence from the log, exceptions. Without --pdf or --html it is printed as JSON.",
    short_help="Compliance report (decrees 409/2025 and 410/2025).",
)
@configuration
@purpose_option
@click.option("--since", type=MOMENT, metavar="MOMENT", default=None,
              help="Beginning of the period; without it a year before its end.")  # fmt: skip
@click.option("--until", type=MOMENT, metavar="MOMENT", default=None, help="Its end; without it now.")
@click.option("--regime", type=click.Choice(["higher", "lower"]), default=None,
              help="As audit.regime says, where this does not.")  # fmt: skip
@click.option("--language", type=click.Choice([one.value for one in Language]), default=None,
              help="As language says, where this does not.")  # fmt: skip
@click.option("--pdf", "pdf", type=FILE, default=None, help="Write it as PDF into this new file.")
@click.option("--html", "html", type=FILE, default=None, help="Write it as one HTML file.")
@click.option("--json", "as_text", is_flag=True, help="Print it as JSON.")
def report(
    configuration: Path,
    purpose: str,
    since: datetime | None,
    until: datetime | None,
    regime: Regime | None,
    language: str | None,
    pdf: Path | None,
    html: Path | None,
    *,
    as_text: bool,
) -> None:
    for file in (pdf, html):
        if file is not None:
            require_new(file)
    moment = now()
    ends = min(in_prague(until) or moment, moment)
    begins = in_prague(since) or ends - YEAR
    if begins >= ends:
        raise CannotStart("--since is not before --until, or not in the past", "name a period that has begun")
    state = existing_state(configuration)
    book = book_in_force(state)
    made = asyncio.run(
        _recorded(state, book, begins, ends, regime or state.settings.audit.regime, purpose, moment)
    )
    spoken = Language(language) if language else state.settings.language
    if as_text or (pdf is None and html is None):
        click.echo(as_json(made, spoken), nl=False)
    if pdf is not None or html is not None:
        _written(state, book, made, spoken, pdf, html)


async def _recorded(
    state: State,
    book: PolicyBook,
    since: datetime,
    until: datetime,
    regime: Regime,
    purpose: str,
    moment: datetime,
) -> Report:
    """Recorded before anything is shown."""
    by = operator()
    query = {"page": "report", "regime": regime, "since": since.isoformat(), "until": until.isoformat()}
    entry = reading_acts.searched(
        moment, subject=by, person=by, query=query, found=1, form="export", purpose=purpose
    )
    await state.record([entry])
    return await report_about(state, book.version, by, since, until, regime, moment)


def _written(
    state: State, book: PolicyBook, made: Report, language: Language, pdf: Path | None, html: Path | None
) -> None:
    document = _document(state, book, made, language)
    if html is not None:
        with opened(html) as file:
            file.write(document.encode())
    if pdf is not None:
        try:
            drawing = asyncio.run(drawn(pdf_process.command(os.getpid()), document))
        except NotDrawn as failure:
            raise CannotStart(
                f"the PDF could not be made: {failure.cause}",
                "run make install, which names what it needs; --html works without",
            ) from failure
        with opened(pdf) as file:
            file.write(drawing)


def _document(state: State, book: PolicyBook, made: Report, language: Language) -> str:
    settings = state.settings
    titles = {name: one.title for name, one in OWN.items()}
    names = Names(
        municipalities={code: one.name for code, one in state.district.items()},
        applications=titles | {one.id: one.title for one in settings.applications},
        reasons=reasons_of(book),
    )
    account = Addresses(settings, state.district).account
    pages = make_pages(settings.office.name, settings.public.domain, settings.language, account=account)
    return document_of(made, pages, names, language)
