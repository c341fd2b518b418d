"""`brana audit export|prove|verifier|key`: what is given to somebody who does not trust this machine.

An export is verified by the file that auditors get before it is called whole; one of a damaged log is kept all the
same, as evidence. Both acts are recorded, with the purpose, before anything is given.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from gateway.audit import reading_acts
from gateway.audit.checkpoint import unseal
from gateway.audit.facts import microseconds, moment
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import Broken, Kept, Key, notes_of, thinned, verified
from gateway.audit.note import NoteRefused, Verifier
from gateway.audit.proof_text import SUFFIX, proof_text
from gateway.audit.search import Query
from gateway.audit.selection import MOST_BY_COMMAND, Form, Wanted
from gateway.commands import audit_selected
from gateway.commands.audit_filters import conditions, narrowed
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.looking import PURPOSE
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.storage.audit_export import Part, Sealed, Span, handed_out, parts, span_between
from gateway.storage.audit_proofs import NotInLog, ProofRefused, prove
from gateway.storage.audit_shards import closed_shards
from gateway.storage.audit_witnesses import to_hand_out

VERIFY = "run `brana audit verify`, which says where the log is damaged"


def _said(_context: click.Context, _option: click.Parameter, written: str) -> str:
    text = " ".join(written.split())
    if not text:
        raise click.BadParameter("say what it is for")
    return text


purpose_option = click.option(
    "--purpose",
    required=True,
    envvar=PURPOSE,
    show_envvar=True,
    callback=_said,
    metavar="TEXT",
    help="What for; it is recorded with your name.",
)


@click.command(
    help="Write a span of the log with what proves it whole, for somebody who does not trust this machine. They verify "
    "it with `brana audit verifier` and the log's key. With --as: only what --where and --view find, as a file for "
    "people or programs; --since and --until are then times of the acts.",
    short_help="A span of the log, or what a search finds, with proofs.",
)
@configuration
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@purpose_option
@click.option("--since", type=MOMENT, metavar="MOMENT", default=None,
              help="Received from this day or time on; without a zone that of Prague.")  # fmt: skip
@click.option(
    "--until", type=MOMENT, metavar="MOMENT", default=None, help="Before this time; written likewise."
)
@click.option("--checkpoint", "kept", multiple=True, type=click.Path(path_type=Path),
              help="File with checkpoints kept elsewhere: it is proven that the log grew out of them.")  # fmt: skip
@click.option("--as", "form", type=click.Choice([one.value for one in Form]), default=None,
              help="A selection, as a table, lines of JSON or OCSF.")  # fmt: skip
@click.option("--where", "where", multiple=True, metavar="FIELD=VALUE", callback=conditions,
              help="Of a selection: any field, as for `brana audit search`; may be repeated.")  # fmt: skip
@click.option("--view", default=None, metavar="NAME", help="Of a selection: a view that officers share.")
@click.option("--proofs", is_flag=True,
              help="Of a selection: a ZIP file with the proof of each entry and what verifies it.")  # fmt: skip
@click.option("--pseudonyms", is_flag=True, help="Of a selection: nobody is named in it.")
def export(  # noqa: PLR0913 - the options of the command
    configuration: Path,
    file: Path,
    purpose: str,
    since: datetime | None,
    until: datetime | None,
    kept: tuple[Path, ...],
    form: str | None,
    where: Query,
    view: str | None,
    *,
    proofs: bool,
    pseudonyms: bool,
) -> None:
    begins, ends = in_prague(since), in_prague(until)
    if begins is not None and ends is not None and begins >= ends:
        raise click.UsageError("--until is not after --since: no time lies between them")
    if form is None and (where != Query() or view is not None or proofs or pseudonyms):
        raise click.UsageError("--where, --view, --proofs and --pseudonyms are of a selection: say --as")
    if form is not None and kept:
        raise click.UsageError("--checkpoint is of a span; whoever verifies a selection gives it there")
    require_new(file)
    state = existing_state(configuration)
    if form is not None:
        wanted = Wanted(
            form=Form(form),
            purpose=purpose,
            proofs=proofs,
            pseudonyms=pseudonyms,
            language=state.settings.language,
            most=MOST_BY_COMMAND,
        )
        audit_selected.give(state, file, narrowed(state, view, where), wanted, opened, (begins, ends))
        return
    key, keys = state.log_verifier(), state.log_keys()
    sealed, older = _newest(state, keys), _kept(kept, keys)
    first, last = (None if one is None else microseconds(one) for one in (begins, ends))
    span = state.database.read_now(lambda c: span_between(c, first, last, sealed.checkpoint.reach))
    given = _parts(state, span, sealed, keys)
    query = {"command": "audit export"} | {
        name: one.isoformat() for name, one in (("since", begins), ("until", ends)) if one is not None
    }
    _record(state, query, _entries_of(given), purpose)
    trouble = _written(state, file, given, older, key)
    entries = _entries_of(given)
    if trouble is not None:
        click.echo(f"{file}: {entries} entries that do NOT verify: {trouble}; {VERIFY}", err=True)
        sys.exit(1)
    for part in given:
        if part.dropped:
            gone = part.sealed.checkpoint
            said = f"entries {gone.first} to {gone.reach - 1} were deleted after their time; their checkpoint is given"
            click.echo(said, err=True)
    click.echo(f"{file}: {entries} entries, sealed at {sealed.checkpoint.reach}; the log's key is\n{key}")


@click.command(
    name="prove",
    help="Write the proof that the entry SEQUENCE is in the log (C2SP tlog-proof), with the entry's bytes.",
    short_help="The proof of one entry.",
)
@configuration
@click.argument("sequence", type=click.IntRange(0))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@purpose_option
def proof(configuration: Path, sequence: int, file: Path | None, purpose: str) -> None:
    target = file or Path(f"entry-{sequence}{SUFFIX}")
    require_new(target)
    state = existing_state(configuration)
    sealed = _newest(state, state.log_keys(), sequence)
    _record(state, {"command": "audit prove", "sequence": str(sequence)}, 1, purpose)
    try:
        found = state.database.read_now(lambda c: prove(c, sequence, sealed.checkpoint))
    except NotInLog as missing:
        _require_not_dropped(state, sequence, missing)
        size = sealed.checkpoint.reach
        what = f"there is no entry {missing.sequence} among the {size} that are sealed"
        raise CannotStart(
            what, VERIFY if missing.sequence < size else "what is new is sealed a second later"
        ) from missing
    except ProofRefused as refused:
        raise CannotStart(f"entry {sequence} cannot be proven: {refused.why}", VERIFY) from refused
    with opened(target) as file_of_proof:
        file_of_proof.write(
            proof_text(found.canonical, sequence - sealed.checkpoint.first, found.path, sealed.note).encode()
        )
    click.echo(f"{target}: entry {sequence}, sealed at {sealed.checkpoint.reach}")


@click.command(
    help="Print the program by which anybody verifies exports and proofs: it needs Python and `cryptography`."
)
def verifier() -> None:
    click.echo(Path(brana_verify.__file__).read_text("utf-8"), nl=False)


@click.command(help="Print the log's key. Give it to auditors by another way than the exports.")
@configuration
def key(configuration: Path) -> None:
    click.echo(existing_state(configuration).log_verifier())


def _newest(state: State, keys: Sequence[Verifier], sequence: int | None = None) -> Sealed:
    """Cosigned by a witness where one did. Raises CannotStart where nothing is sealed, or by something else than our
    key. `sequence`: in whose tree.
    """
    found = state.database.read_now(partial(to_hand_out, sequence=sequence))
    if found is None:
        raise CannotStart("nothing of the log is sealed yet", "start the product; it seals each second")
    try:
        return Sealed(unseal(found.note, keys), found.note)
    except NoteRefused as refused:
        raise CannotStart(
            f"the newest checkpoint in the database is not ours: {refused.why}", VERIFY
        ) from refused


def _require_not_dropped(state: State, sequence: int, missing: NotInLog) -> None:
    for one in state.database.read_now(closed_shards):
        if one.dropped and one.first <= sequence < one.end:
            what = f"entry {sequence} was deleted after its time, with all received until {moment(one.ended):%Y-%m-%d}"
            raise CannotStart(
                what, "whoever kept a proof of it from before can still verify that"
            ) from missing


def _parts(state: State, span: Span, sealed: Sealed, keys: Sequence[Verifier]) -> list[Part]:
    """Raises CannotStart where a month has not the checkpoint by which it ended."""
    try:
        return state.database.read_now(lambda c: parts(c, span, sealed, lambda note: unseal(note, keys)))
    except (NoteRefused, NotInLog) as error:
        raise CannotStart(f"a month of the log is not sealed as a whole: {error}", VERIFY) from error


def _entries_of(given: Sequence[Part]) -> int:
    return sum(part.span.end - part.span.begin for part in given if not part.dropped)


def _kept(paths: Sequence[Path], keys: Sequence[Verifier]) -> list[Sealed]:
    found: dict[int, Sealed] = {}
    for path in paths:
        try:
            for note in notes_of(path.read_text("utf-8")):
                checkpoint = unseal(note, keys)
                found[checkpoint.reach] = Sealed(checkpoint, note)
        except (OSError, UnicodeDecodeError, NoteRefused) as error:
            raise CannotStart(
                f"--checkpoint {path}: this is no checkpoint that {keys[-1].name} signed: {error}",
                "name a copy of checkpoints.log, or one note out of it",
            ) from error
    few = thinned(_roots(list(found.values())))
    return [one for size, one in found.items() if size in few]


def _roots(kept: Sequence[Sealed]) -> Kept:
    found = (one.checkpoint for one in kept)
    return {one.reach: (one.origin, one.first, one.root) for one in found}


def _record(state: State, query: dict[str, str], found: int, purpose: str) -> None:
    by = operator()
    entry = reading_acts.searched(
        now(), subject=by, person=by, query=query, found=found, form="export", purpose=purpose
    )
    asyncio.run(state.record([entry]))


def _written(
    state: State, file: Path, given: Sequence[Part], kept: Sequence[Sealed], key: Verifier
) -> str | None:
    """Why it does not verify; None where it does. What is kept of the tree is believed first, then the entries alone.

    Raises CannotStart where what lies around the span is missing.
    """
    give, entries = partial(handed_out, given=given, kept=kept), _entries_of(given)
    partly = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        _given(state, file, entries, give)
        trouble = _trouble_in(file, key, kept)
        if trouble is not None:
            with suppress(NotInLog):  # then what was given first is the evidence
                _given(state, partly, entries, partial(give, by_entries=True))
                if _trouble_in(partly, key, kept) is None:
                    partly.replace(file)
                    return None
    except NotInLog as missing:
        what = f"entry {missing.sequence} is missing, so nothing can be proven of what lies beside it"
        raise CannotStart(what, VERIFY) from missing
    finally:
        partly.unlink(missing_ok=True)
    return trouble


def _given(state: State, file: Path, entries: int, give: Callable[[Connection], Iterator[bytes]]) -> None:
    """Nothing is left of a file that is not whole. Raises NotInLog."""
    written = opened(file)
    try:
        with written:
            state.database.read_now(lambda connection: _write(written, entries, give(connection)))
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def require_new(file: Path) -> None:
    if file.exists():
        raise CannotStart(f"{file} is there already", "name a file that is not")


def opened(file: Path) -> BinaryIO:
    """Anew, and for nobody else's eyes: what is in it is about people."""
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise CannotStart(f"{file} cannot be written: {error.strerror}", "name another file") from error


def _trouble_in(file: Path, key: Verifier, kept: Sequence[Sealed]) -> str | None:
    try:
        with file.open("rb") as opened:
            verified(opened, Key(str(key)), _roots(kept))
    except Broken as broken:
        facts = {"name": file, **broken.facts}
        where = brana_verify.ENGLISH[broken.where].format(**facts)
        return f"{where} {brana_verify.ENGLISH[broken.what].format(**facts)}"
    return None


def _write(file: BinaryIO, entries: int, lines: Iterator[bytes]) -> None:
    """With a bar where somebody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    watched = Console(stderr=True)
    with Progress(*columns, transient=True, console=watched, disable=not watched.is_terminal) as progress:
        task = progress.add_task("Writing the export", total=entries)
        for line in lines:
            file.write(line)
            progress.advance(task, line.startswith(brana_verify.HEAD))
