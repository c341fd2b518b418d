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

from gateway.audit import acts
from gateway.audit.checkpoint import unseal
from gateway.audit.facts import microseconds
from gateway.audit.for_auditors import brana_verify
from gateway.audit.for_auditors.brana_verify import Broken, Key, notes_of, thinned, verified
from gateway.audit.note import NoteRefused, Signer, Verifier
from gateway.audit.proof_text import SUFFIX, proof_text
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.storage.audit_export import Sealed, Span, handed_out, span_between
from gateway.storage.audit_proofs import NotInLog, ProofRefused, prove
from gateway.storage.audit_witnesses import to_hand_out

VERIFY = "run `brana audit verify`, which says where the log is damaged"


def _said(_context: click.Context, _option: click.Parameter, written: str) -> str:
    if not written.strip():
        raise click.BadParameter("say what it is for")
    return written.strip()


purpose_option = click.option(
    "--purpose",
    required=True,
    callback=_said,
    metavar="TEXT",
    help="What for; it is recorded with your name.",
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
    begins, ends = in_prague(since), in_prague(until)
    if begins is not None and ends is not None and begins >= ends:
        raise click.UsageError("--until is not after --since: no time lies between them")
    require_new(file)
    state = existing_state(configuration)
    key = _signer(state).verifier
    sealed, older = _newest(state, key), _kept(kept, key)
    first, last = (None if one is None else microseconds(one) for one in (begins, ends))
    span = state.database.read_now(lambda c: span_between(c, first, last, sealed.checkpoint.size))
    query = {"command": "audit export"} | {
        name: one.isoformat() for name, one in (("since", begins), ("until", ends)) if one is not None
    }
    _record(state, query, span.end - span.begin, purpose)
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
    require_new(target)
    state = existing_state(configuration)
    sealed = _newest(state, _signer(state).verifier, least=sequence + 1)
    _record(state, {"command": "audit prove", "sequence": str(sequence)}, 1, purpose)
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
    with opened(target) as file_of_proof:
        file_of_proof.write(proof_text(found.canonical, sequence, found.path, sealed.note).encode())
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


def _newest(state: State, key: Verifier, least: int = 0) -> Sealed:
    """Cosigned by a witness where one did and `least` entries are under it. Raises CannotStart where nothing is sealed,
    or by something else than our key.
    """
    found = state.database.read_now(lambda connection: to_hand_out(connection, least))
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
    few = thinned({size: one.checkpoint.root for size, one in found.items()})
    return [one for size, one in found.items() if size in few]


def _record(state: State, query: dict[str, str], found: int, purpose: str) -> None:
    by = operator()
    entry = acts.searched(
        now(), subject=by, person=by, query=query, found=found, form="export", purpose=purpose
    )
    asyncio.run(state.record([entry]))


def _written(
    state: State, file: Path, span: Span, sealed: Sealed, kept: Sequence[Sealed], key: Verifier
) -> str | None:
    """Why it does not verify; None where it does. What is kept of the tree is believed first, then the entries alone.

    Raises CannotStart where what lies around the span is missing.
    """
    give = partial(handed_out, span=span, sealed=sealed, kept=kept)
    partly = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        _given(state, file, span, give)
        trouble = _trouble_in(file, key, kept)
        if trouble is not None:
            with suppress(NotInLog):  # then what was given first is the evidence
                _given(state, partly, span, partial(give, by_entries=True))
                if _trouble_in(partly, key, kept) is None:
                    partly.replace(file)
                    return None
    except NotInLog as missing:
        what = f"entry {missing.sequence} is missing, so nothing can be proven of what lies beside it"
        raise CannotStart(what, VERIFY) from missing
    finally:
        partly.unlink(missing_ok=True)
    return trouble


def _given(state: State, file: Path, span: Span, give: Callable[[Connection], Iterator[bytes]]) -> None:
    """Nothing is left of a file that is not whole. Raises NotInLog."""
    written = opened(file)
    try:
        with written:
            state.database.read_now(lambda connection: _write(written, span, give(connection)))
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
    roots = {one.checkpoint.size: one.checkpoint.root for one in kept}
    try:
        with file.open("rb") as opened:
            verified(opened, Key(str(key)), roots)
    except Broken as broken:
        facts = {"name": file, **broken.facts}
        where = brana_verify.ENGLISH[broken.where].format(**facts)
        return f"{where} {brana_verify.ENGLISH[broken.what].format(**facts)}"
    return None


def _write(file: BinaryIO, span: Span, lines: Iterator[bytes]) -> None:
    """With a bar where somebody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    watched = Console(stderr=True)
    with Progress(*columns, transient=True, console=watched, disable=not watched.is_terminal) as progress:
        task = progress.add_task("Writing the export", total=span.end - span.begin)
        for line in lines:
            file.write(line)
            progress.advance(task, line.startswith(brana_verify.HEAD))
