"""What the officers' page hands out once another key signs the log: of a real state, put together as it is."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.audit.acts import started
from gateway.audit.entry import Code, Entry
from gateway.audit.for_auditors.brana_verify import main
from gateway.audit.note import Signer, Verifier
from gateway.audit.reading_acts import searched
from gateway.audit.recomputation import Recomputation
from gateway.audit.search import Query
from gateway.audit.selection import ExportRefused, Form, Wanted, Why
from gateway.commands import rounds
from gateway.commands.control_plane import ControlPlane
from gateway.commands.export_pages import ExportPages
from gateway.commands.officer_room import officer_of
from gateway.commands.state import State, now, open_state
from gateway.storage.audit import append
from gateway.storage.log_keys import By, retire, rotate
from gateway.storage.policy_versions import sign_anew
from gateway.web.officer.turns import Turns
from tests.rig.installation import install

pytestmark = pytest.mark.real
WANTED = Wanted(form=Form.CSV, purpose="kontrola NÚKIB", proofs=True)
STARTS = Query(codes=frozenset({Code.STARTED}))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = open_state(install(tmp_path / "i").configuration)
    with closing(made.database):
        yield made


async def sealed(plane: ControlPlane) -> None:
    """As a process seals that began by the first key and has read none since."""
    state = plane.state
    signer = Signer(state.settings.public.domain, state.keys.checkpoint)
    checkpoints = rounds.checkpointer(plane, signer)
    await checkpoints.begin()
    await state.record([started(now(), "1", "p")])
    await checkpoints.seal()


async def unpacked(plane: ControlPlane, folder: Path) -> str:
    """What the page gives, in a folder; the path of its proofs."""

    async def nobody_asks() -> list[str]:
        raise AssertionError

    officer = officer_of(plane, Recomputation(nobody_asks, plane.state.record, now))
    exporting = ExportPages(plane, officer, Turns()).exporting(None)

    def look(found: int) -> Entry:
        return searched(now(), subject="o", person="o", query={}, found=found)

    prepared = await exporting.prepare(STARTS, WANTED, look, now())
    data = b"".join([part async for part in exporting.given(prepared)])
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return str(folder / "brana-export" / "proofs.jsonl")


async def changed(state: State, *, retired: bool = False, compromised: bool = False) -> Verifier:
    by = By(state.settings.public.domain, "cli:root", now())

    def work(connection: Connection) -> Verifier:
        if retired:
            return retire(connection, state.seal, append, by)
        return rotate(connection, state.seal, append, by, sign_anew, compromised=compromised)

    return await state.database.write(work)


async def test_an_export_of_the_page_is_verified_by_the_key_before_and_the_one_after(
    state: State, tmp_path: Path
) -> None:
    plane, old = ControlPlane(state), str(state.log_verifier())
    await sealed(plane)
    assert main(["--key", old, await unpacked(plane, tmp_path / "before")]) == 0
    new = str(await changed(state))
    await sealed(plane)
    overlap = await unpacked(plane, tmp_path / "both")
    await changed(state, retired=True)
    await sealed(plane)
    alone = await unpacked(plane, tmp_path / "after")
    assert [main(["--key", key, file]) for file in (overlap, alone) for key in (old, new)] == [0] * 4
    text = Path(alone).with_name("entries.csv")
    text.write_text(text.read_text("utf-8").replace("system.started", "system.stopped"), "utf-8")
    assert main(["--key", new, alone]) != 0
    await plane.close()


async def test_behind_a_stolen_key_the_page_gives_proofs_again_once_the_new_one_has_sealed(
    state: State, tmp_path: Path
) -> None:
    plane, old = ControlPlane(state), str(state.log_verifier())
    await sealed(plane)
    new = str(await changed(state, compromised=True))
    with pytest.raises(ExportRefused) as refused:
        await unpacked(plane, tmp_path / "none")
    assert refused.value.reason is Why.NOT_SEALED
    await sealed(plane)
    file = await unpacked(plane, tmp_path / "again")
    assert (main(["--key", new, file]), main(["--key", old, file]) == 0) == (0, False)
    await plane.close()
