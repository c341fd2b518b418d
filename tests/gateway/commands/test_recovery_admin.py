"""`brana recovery-admin` on an installation that has run and runs no more."""

import json
import re
import subprocess

import pytest

from gateway.commands.operator import operator
from idp.login import recovery
from tests.rig.installation import Installation

pytestmark = pytest.mark.real
HOME = {"office__municipality": "588491"}


def secret_in(shown: str) -> str:
    found = re.search(r"^    ([0-9A-Z-]{35})$", shown, re.MULTILINE)
    assert found is not None, shown
    return found[1]


def issued(kept: Installation, *options: str) -> subprocess.CompletedProcess[str]:
    done = kept.brana("recovery-admin", "issue", "--yes", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done


def entries(kept: Installation, code: str) -> list[dict[str, object]]:
    told = kept.brana("audit", "search", "--json", "--code", code).stdout
    return [json.loads(line)["entry"] for line in told.splitlines()]


def test_a_secret_is_printed_once_and_kept_as_a_hash_alone(kept: Installation) -> None:
    kept.write(**HOME)
    shown = issued(kept).stdout
    secret = recovery.read_secret(secret_in(shown))
    assert secret is not None
    written = b"".join(path.read_bytes() for path in kept.state.rglob("*") if path.is_file())
    for form in (secret, recovery.shown(secret)):
        assert form.encode() not in written
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in written
    assert "/recovery" in shown
    (entry,) = entries(kept, "recovery.issued")
    assert entry["details"] == {
        "account": shown.split()[1],
        "by": operator(),
        "second_factor": True,
        "replaced": "",
    }
    assert secret not in json.dumps(entry)


def test_the_second_factor_is_printed_to_be_scanned_and_typed_and_can_be_left_out(kept: Installation) -> None:
    kept.write(**HOME)
    assert re.search(r"^    [A-Z2-7]{32}$", issued(kept).stdout, re.MULTILINE)
    assert "▄" in issued(kept).stdout
    assert not re.search(r"[A-Z2-7]{32}", issued(kept, "--without-code").stdout)


def test_status_tells_what_became_of_the_last_one_and_the_look_is_recorded(kept: Installation) -> None:
    kept.write(**HOME)
    assert "no secret was ever issued" in kept.brana("recovery-admin", "status").stdout
    first, second = (issued(kept).stdout.split()[1] for _ in range(2))
    status = kept.brana("recovery-admin", "status").stdout
    assert second in status
    assert first not in status
    assert re.search(r"in force\W+yes", status)
    assert "Hulín" in status
    looks = entries(kept, "audit.searched")
    assert [look["details"]["query"] for look in looks] == [
        "command=recovery-admin status, user=recovery-admin"
    ] * 2


def test_revoking_ends_it_and_says_so_when_there_is_nothing(kept: Installation) -> None:
    kept.write(**HOME)
    name = issued(kept).stdout.split()[1]
    assert (
        kept.brana("recovery-admin", "revoke").stdout == f"secret {name} is good no more; 0 sessions ended\n"
    )
    assert "revoked" in kept.brana("recovery-admin", "status").stdout
    assert kept.brana("recovery-admin", "revoke").stdout == "no secret was in force; 0 sessions ended\n"
    (entry,) = entries(kept, "recovery.revoked")
    assert entry["details"] == {"account": name, "by": operator()}


def test_a_secret_in_force_is_replaced_only_after_a_question(kept: Installation) -> None:
    kept.write(**HOME)
    issued(kept)
    asked = kept.brana("recovery-admin", "issue")
    assert asked.returncode != 0
    assert "is in force. Replace it?" in asked.stdout
    assert len(entries(kept, "recovery.issued")) == 1


def test_without_a_municipality_there_is_none_and_the_message_says_what_to_set(kept: Installation) -> None:
    done = kept.brana("recovery-admin", "issue")
    assert done.returncode == 1
    assert "set office.municipality" in done.stderr


def test_a_municipality_outside_the_district_is_refused(kept: Installation) -> None:
    kept.write(office__municipality="999999")
    done = kept.brana("recovery-admin", "issue")
    assert "office.municipality: 999999 is not in the district" in done.stderr
