"""A product and its witness, each a process of its own; what is handed out afterwards; checkpoints by mail."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.canonical import Recorded
from gateway.audit.cosignature import WitnessKey
from gateway.audit.entry import Code, Outcome
from gateway.audit.note import Verifier
from gateway.commands.checkpoint_mail import AGAIN, EVERY, is_due
from tests.gateway.audit.making import NOON, entry
from tests.gateway.commands.logs import by_hand, entries
from tests.rig.installation import Installation
from tests.rig.mail import mail_server
from tests.rig.witness import WitnessProcess, a_witness

pytestmark = pytest.mark.real
PURPOSE = ("--purpose", "kontrola")


def with_witness(one: Installation, witness: WitnessProcess) -> None:
    with one.configuration.open("a", encoding="utf-8") as file:
        file.write(f'[[audit.witnesses]]\naddress = "{witness.address}"\nkey = "{witness.key}"\n')


def standing(one: Installation) -> tuple[int, dict]:
    done = one.brana("audit", "witnesses", "--json")
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def witness(kept: Installation, tmp_path: Path) -> Iterator[WitnessProcess]:
    log = Verifier.parse(kept.brana("audit", "key").stdout.strip())
    made = a_witness(tmp_path / "witness", log)
    with_witness(kept, made)
    yield made


def test_what_a_witness_cosigned_is_handed_out_and_demanded_elsewhere(
    kept: Installation, witness: WitnessProcess, tmp_path: Path
) -> None:
    assert standing(kept) == (0, standing(kept)[1])
    assert standing(kept)[1]["standing"] is None
    with witness.serving(), kept.serving() as product:
        product.wait_until(lambda: standing(kept)[1]["size"] > 0, "cosigned")
    status, stands = standing(kept)
    assert (status, stands["standing"], stands["reason"]) == (0, "cosigning", "")
    note = kept.brana("audit", "checkpoint").stdout
    assert note.rpartition("\n\n")[2].count("— ") == 2
    assert note in "".join(one.read_text("utf-8") for one in witness.folder.glob("cosigned-*.log"))

    program, export, proof = (tmp_path / one for one in ("verify.py", "log.jsonl", "one.tlog-proof"))
    program.write_text(kept.brana("audit", "verifier").stdout, "utf-8")
    assert kept.brana("audit", "export", str(export), *PURPOSE).returncode == 0
    assert kept.brana("audit", "prove", "1", str(proof), *PURPOSE).returncode == 0
    key = kept.brana("audit", "key").stdout.strip()

    def verified(*words: str) -> tuple[int, str]:
        command = [
            sys.executable,
            "-I",
            str(program),
            "--english",
            "--key",
            key,
            str(export),
            str(proof),
            *words,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    assert verified()[0] == 0
    status, said = verified("--witness", str(witness.key))
    assert (status, said.count("was cosigned by the witness witness.example")) == (0, 2), said
    for stranger in (
        WitnessKey("other.example", witness.key.public),
        WitnessKey("witness.example", bytes(32)),
    ):
        status, said = verified("--witness", str(witness.key), "--witness", str(stranger))
        assert (status, said.count("is not cosigned by the witness")) == (1, 2), said
    assert "--witness: this is no Ed25519 key" in verified("--witness", key)[1]
    export.write_text(export.read_text("utf-8").replace("— witness.example ", "— witness.example x"), "utf-8")
    assert verified("--witness", str(witness.key))[0] == 1


def test_a_witness_that_refuses_or_is_away_ends_the_command_with_1(
    kept: Installation, witness: WitnessProcess
) -> None:
    row = "INSERT INTO audit_witness (witness, standing, since, told, reason, size) VALUES"
    by_hand(kept, f"{row} ('{witness.key.name}', 'refusing', 1000000, 1, 'witness_knows_more', 99)")
    done = kept.brana("audit", "witnesses")
    assert (done.returncode, "REFUSES since" in done.stdout) == (1, True), done.stdout + done.stderr
    assert "the database was put back [witness_knows_more]" in done.stdout
    by_hand(kept, "UPDATE audit_witness SET standing = 'away', told = 0, reason = 'witness_unreachable'")
    assert standing(kept)[0] == 0  # not for long
    by_hand(kept, "UPDATE audit_witness SET told = 1")
    assert standing(kept)[0] == 1


def test_without_a_witness_the_newest_checkpoint_is_printed_as_it_was_signed(kept: Installation) -> None:
    done = kept.brana("audit", "witnesses")
    assert (done.returncode, done.stdout, "no witness is configured" in done.stderr) == (0, "", True)
    note = kept.brana("audit", "checkpoint").stdout
    assert note == (kept.state / "checkpoints.log").read_text("utf-8")[-len(note) :]
    refused = kept.brana("audit", "checkpoint", "--mail")
    assert (refused.returncode, "set audit.mail_checkpoints_to" in refused.stderr) == (1, True)


async def test_a_checkpoint_is_mailed_and_recorded_and_so_is_that_it_was_not(
    kept: Installation, tmp_path: Path
) -> None:
    async with mail_server(tmp_path) as server:
        text = kept.configuration.read_text("utf-8")
        kept.configuration.write_text(
            text + '[audit]\nmail_checkpoints_to = ["auditor@nukib.test"]\n[notifications.smtp]\n'
            f'host = "127.0.0.1"\nport = {server.port}\nsender = "brana@obec.test"\nauthority = "{tmp_path}/ca.pem"\n',
            "utf-8",
        )
        done = await asyncio.to_thread(kept.brana, "audit", "checkpoint", "--mail")
        assert done.returncode == 0, done.stderr
        server.refuses = "550 5.1.1 no such mailbox"
        refused = await asyncio.to_thread(kept.brana, "audit", "checkpoint", "--mail")
        assert (refused.returncode, "was not sent" in refused.stderr) == (1, True)
    (message,) = server.got
    (attached,) = message.iter_attachments()
    assert attached.get_content().decode() == kept.brana("audit", "checkpoint").stdout
    assert message["To"] == "auditor@nukib.test"
    assert "Kontrolní bod auditního záznamu brana.localhost" in message["Subject"]
    found = [one["entry"] for one in entries(kept, "--code", "checkpoint.mailed")]
    assert [(one["outcome"], one["reason"]) for one in found] == [
        ("failure", "mail_refused"),
        ("success", ""),
    ]


def test_a_checkpoint_is_mailed_once_a_day_and_sooner_after_a_failure() -> None:
    def last(outcome: Outcome) -> Recorded:
        return Recorded(1, NOON, entry(code=Code.CHECKPOINT_MAILED, outcome=outcome, at=NOON))

    moment = timedelta(seconds=1)
    assert is_due(None, NOON)
    assert [is_due(last(Outcome.SUCCESS), NOON + one) for one in (EVERY - moment, EVERY)] == [False, True]
    assert [is_due(last(Outcome.FAILURE), NOON + one) for one in (AGAIN - moment, AGAIN)] == [False, True]
