"""`brana audit export|prove|verifier|key`: what is given to somebody who does not trust this machine.

An export is verified by the file that auditors get before it is called whole; one of a damaged log is kept all the
same, as evidence. Both acts are recorded, with the purpose, before anything is given.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.audit import acts
from gateway.audit.checkpoint import unseal
from gateway.audit.facts import microseconds
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import Broken, Key, notes_of, verified
from gateway.audit.note import NoteRefused, Signer, Verifier
from gateway.audit.proof import ProofRefused
from gateway.audit.proof_text import SUFFIX, proof_text
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_export import Sealed, Span, handed_out, span_between
from gateway.storage.audit_proofs import NotInLog, prove

VERIFY = "run `brana audit verify`, which says where the log is damaged"
purpose_option = click.option(
    "--purpose", required=True, metavar="TEXT", help="What for; it is recorded with your name."
)


@click.command(
    help="Write a span of the log with what proves it whole, for somebody who does not trust this machine. They verify "
    "it with `brana audit verifier` and the log's key.",
    short_help="A span of the log, with proofs.",
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
def export(
    configuration: Path,
    file: Path,
    purpose: str,
    since: datetime | None,
    until: datetime | None,
    kept: tuple[Path, ...],
) -> None:
    if file.exists():
        raise CannotStart(f"{file} is there already", "name a file that is not")
    state = existing_state(configuration)
    key = _signer(state).verifier
    sealed, older = _newest(state, key), _kept(kept, key)
    first, last = (None if one is None else microseconds(one) for one in (in_prague(since), in_prague(until)))
    span = state.database.read_now(lambda c: span_between(c, first, last, sealed.checkpoint.size))
    query = {"command": "audit export"} | {
        name: one.isoformat() for name, one in (("since", since), ("until", until)) if one is not None
    }
    _record(state, query, span.end - span.begin, "export", purpose)
    trouble = _written(state, file, span, sealed, older, key)
    entries = span.end - span.begin
    if trouble is not None:
        click.echo(f"{file}: {entries} entries that do NOT verify: {trouble}; {VERIFY}", err=True)
        sys.exit(1)
    click.echo(f"{file}: {entries} entries, sealed at {sealed.checkpoint.size}; the log's key is\n{key}")


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
    if target.exists():
        raise CannotStart(f"{target} is there already", "name a file that is not")
    state = existing_state(configuration)
    sealed = _newest(state, _signer(state).verifier)
    _record(state, {"command": "audit prove", "sequence": str(sequence)}, 1, "export", purpose)
    try:
        found = state.database.read_now(lambda c: prove(c, sequence, sealed.checkpoint))
    except NotInLog as missing:
        size = sealed.checkpoint.size
        what = f"there is no entry {missing.sequence} among the {size} that are sealed"
        raise CannotStart(
            what, VERIFY if missing.sequence < size else "what is new is sealed a second later"
        ) from missing
    except ProofRefused as refused:
        raise CannotStart(f"entry {sequence} cannot be proven: {refused.why}", VERIFY) from refused
    target.write_text(proof_text(found.canonical, sequence, found.path, sealed.note), "utf-8")
    click.echo(f"{target}: entry {sequence}, sealed at {sealed.checkpoint.size}")


@click.command(
    help="Print the program by which anybody verifies exports and proofs: it needs Python and `cryptography`."
)
def verifier() -> None:
    click.echo(Path(brana_verify.__file__).read_text("utf-8"), nl=False)


@click.command(help="Print the log's key. Give it to auditors by another way than the exports.")
@configuration
def key(configuration: Path) -> None:
    click.echo(_signer(existing_state(configuration)).verifier)


def _signer(state: State) -> Signer:
    return Signer(state.settings.public.domain, state.keys.checkpoint)


def _newest(state: State, key: Verifier) -> Sealed:
    """Raises CannotStart where nothing is sealed, or by something else than our key."""
    found = state.database.read_now(newest)
    if found is None:
        raise CannotStart("nothing of the log is sealed yet", "start the product; it seals each second")
    try:
        return Sealed(unseal(found.note, [key]), found.note)
    except NoteRefused as refused:
        raise CannotStart(
            f"the newest checkpoint in the database is not ours: {refused.why}", VERIFY
        ) from refused


def _kept(paths: Sequence[Path], key: Verifier) -> list[Sealed]:
    found: dict[int, Sealed] = {}
    for path in paths:
        try:
            for note in notes_of(path.read_text("utf-8")):
                checkpoint = unseal(note, [key])
                found[checkpoint.size] = Sealed(checkpoint, note)
        except (OSError, UnicodeDecodeError, NoteRefused) as error:
            raise CannotStart(
                f"--checkpoint {path}: this is no checkpoint that {key.name} signed: {error}",
                "name a copy of checkpoints.log, or one note out of it",
            ) from error
    return list(found.values())


def _record(state: State, query: dict[str, str], found: int, form: Literal["export"], purpose: str) -> None:
    by = operator()
    entry = acts.searched(now(), subject=by, person=by, query=query, found=found, form=form, purpose=purpose)
    asyncio.run(state.record([entry]))


def _written(
    state: State, file: Path, span: Span, sealed: Sealed, kept: Sequence[Sealed], key: Verifier
) -> str | None:
    """Why it does not verify; None where it does. What is kept of the tree is believed first, then the entries alone.

    Raises CannotStart where what lies around the span is missing.
    """
    partly = file.with_name(f"{file.name}.part")
    trouble: str | None = None
    for by_entries in (False, True):
        give = partial(handed_out, span=span, sealed=sealed, kept=kept, by_entries=by_entries)
        try:
            state.database.read_now(lambda c, give=give: _write(partly, span, give(c)))  # type: ignore[misc]
        except NotInLog as missing:
            partly.unlink()
            what = f"entry {missing.sequence} is missing, so nothing can be proven of what lies beside it"
            raise CannotStart(what, VERIFY) from missing
        trouble = _trouble_in(partly, key, kept)
        if trouble is None:
            break
    partly.replace(file)
    return trouble


def _trouble_in(file: Path, key: Verifier, kept: Sequence[Sealed]) -> str | None:
    roots = {one.checkpoint.size: one.checkpoint.root for one in kept}
    try:
        with file.open("rb") as opened:
            verified(opened, Key(str(key)), roots)
    except Broken as broken:
        facts = {"name": file, **broken.facts}
        where = brana_verify.ENGLISH[broken.where].format(**facts)
        return f"{where} {brana_verify.ENGLISH[broken.what].format(**facts)}"
    return None


def _write(file: Path, span: Span, lines: Iterator[bytes]) -> None:
    """With a bar where somebody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    watched = Console(stderr=True)
    with (
        Progress(*columns, transient=True, console=watched, disable=not watched.is_terminal) as progress,
        file.open("wb") as written,
    ):
        task = progress.add_task("Writing the export", total=span.end - span.begin)
        for line in lines:
            written.write(line)
            progress.advance(task, line.startswith(brana_verify.HEAD))
