"""`brana policy simulate`, as an operator types it, over an installation that has run."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.district import read_district
from config.vocabulary import Language, MunicipalityCode, Role
from gateway.commands import simulating
from gateway.commands.policy_simulate_shown import as_text
from gateway.commands.simulating import simulated
from gateway.commands.simulation_work import Work
from gateway.commands.state import now
from gateway.storage import audit_decisions
from gateway.storage.audit import append
from gateway.storage.audit_decisions import Period
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.migrate import prepare
from policies.simulated import Report
from policies.texts import texts_of
from tests.gateway.commands.documented_json import documented
from tests.gateway.commands.logs import entries
from tests.gateway.storage.test_audit_decisions import entry
from tests.policies.world import HULIN, ask
from tests.rig.installation import EXAMPLES, Installation
from tests.rig.replica import fill, person

WORK = '[Role::"clerk", Role::"registrar", Role::"mail_room"]'
REGION, MUNICIPALITIES = (EXAMPLES / "policies" / name for name in ("region", "municipalities"))


def decided(file: Path, number: int, of: MunicipalityCode = HULIN, **details: object) -> None:
    """A clerk of that municipality, each second once, in the hour before."""
    moment = now()
    asked = ask((of, Role.CLERK))
    made = []
    for back in range(number, 0, -1):
        at = moment - timedelta(seconds=back)
        made.append(entry(replace(asked, now=at, authenticated_at=at - timedelta(minutes=5)), at, **details))
    with closing(Database(file)) as database:
        database.write_soon(lambda connection: append(connection, made)).result()


def drafted() -> dict[str, str]:
    texts = texts_of(REGION, MUNICIPALITIES)
    name = f"municipalities/{HULIN}.cedar"
    assert WORK in texts[name]
    return texts | {name: texts[name].replace(WORK, '[Role::"registrar"]')}


def columns(table: str) -> list[str]:
    """What stands below each head, in one line."""
    rows = [line.split("│")[1:-1] for line in table.splitlines() if line.startswith("│")]
    return [" ".join(" ".join(cells).split()) for cells in zip(*rows, strict=True)]


def put(texts: dict[str, str], folder: Path) -> Path:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


@pytest.mark.real
def test_who_would_lose_is_told_and_the_look_at_the_log_is_recorded(
    kept: Installation, tmp_path: Path
) -> None:
    decided(kept.state / "brana.db", 3, granted_actions=["read"], granted_routes=["read@books /books"])
    folder = put(drafted(), tmp_path / "draft")
    done = kept.brana("policy", "simulate", str(folder), "--days", "1", "--municipality", "Hulín")
    assert done.returncode == 3, done.stderr
    assert "3  would be refused; people: 1" in done.stdout
    assert "novakova.jana" in done.stdout
    assert "Hulín: records (books), reading" in columns(done.stdout)[2]
    assert "(records-work)" in done.stdout
    assert re.search(r"permit: \w.*\(records-", " ".join(done.stdout.split()))
    told = kept.brana("policy", "simulate", str(folder), "--days", "1", "--json")
    content = json.loads(told.stdout)
    assert (told.returncode, content["losses"], content["losing"]) == (3, 3, 1)
    assert content["rows"][0]["before"]["rule"] == "records-work"
    assert set(content) == documented("simulate")
    parts = [(row["action"], row["route"], row["asked"], row["along"]) for row in content["rows"]]
    assert parts == [("read", None, 3, 0), ("read", "books", 0, 3)]
    *_, found = sorted(entries(kept, "--code", "audit.searched"), key=lambda one: int(one["sequence"]))
    assert "policy simulate" in str([one["entry"] for one in entries(kept, "--code", "audit.searched")])
    assert found["entry"]["details"]["form"] == "command"


@pytest.mark.real
def test_it_is_told_in_czech_and_people_by_the_names_that_the_directory_has(
    kept: Installation, tmp_path: Path
) -> None:
    decided(kept.state / "brana.db", 3)
    folder = put(drafted(), tmp_path / "draft")
    who = replace(person(1), identity=ask().subject.partition(":")[2], name="Jana [Novotná] Nováková")
    with closing(Database(kept.state / "brana.db")) as database:
        assert fill(StoredReplica(database), [who], [], at=now()) is None
    done = kept.brana("policy", "simulate", str(folder), "--days", "1", "--language", "cs")
    assert done.returncode == 3, done.stderr
    for words in (
        "zaznamenaných rozhodnutí: 3, platná pravidla ",
        "3  by se zamítlo; osob: 1",
        "0  by se povolilo; osob: 0",
        "0  už teď vychází jinak než v záznamu; složka na nich nic nemění",
    ):
        assert words in done.stdout
    change, name, what, *_ = columns(done.stdout)
    assert (change, name, what) == ("ztratí", "Jana [Novotná] Nováková", "Hulín: records, čtení")
    assert "novakova.jana" not in done.stdout
    told = json.loads(kept.brana("policy", "simulate", str(folder), "--days", "1", "--json").stdout)
    assert [(row["login"], row["name"]) for row in told["rows"]] == [("novakova.jana", who.name)]


@pytest.mark.real
def test_the_policies_in_force_change_nothing_and_what_cannot_be_read_is_told(
    kept: Installation, tmp_path: Path
) -> None:
    decided(kept.state / "brana.db", 2)
    same = put(texts_of(REGION, MUNICIPALITIES), tmp_path / "same")
    done = kept.brana("policy", "simulate", str(same))
    assert done.returncode == 0, done.stderr
    assert "2  would be the same" in done.stdout
    broken = put({"region/a.cedar": "permit (", "municipalities/588491.cedar": ""}, tmp_path / "broken")
    done = kept.brana("policy", "simulate", str(broken))
    assert (done.returncode, done.stdout) == (1, "")
    assert "region/a.cedar" in done.stderr
    for wrong in (["--days", "1", "--from", "2026-01-01"], ["--from", "2026-01-02", "--to", "2026-01-01"]):
        assert kept.brana("policy", "simulate", str(same), *wrong).returncode == 2


def test_several_processes_find_what_one_finds_and_say_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "brana.db"
    prepare(file)
    decided(file, 12)
    period = Period(now() - timedelta(days=1), now())
    district = tuple(read_district(EXAMPLES / "kromeriz.csv").values())
    work = Work(str(file), district, {}, texts_of(REGION, MUNICIPALITIES), drafted(), period)
    alone = simulated(work, processes=1)
    monkeypatch.setattr(simulating, "parts", lambda c, p: audit_decisions.parts(c, p, 4))
    heard: list[tuple[int, int]] = []
    together = simulated(work, lambda done, total: heard.append((done, total)))
    assert together.losses == alone.losses == 12
    assert replace(together, rows=()) == replace(alone, rows=())
    assert heard == [(0, 12), (4, 12), (8, 12), (12, 12)]


def test_why_something_cannot_be_replayed_is_said_in_words_and_a_name_that_has_none_as_it_is() -> None:
    found = Report(
        today="1", draft="2", decisions=4, unchanged=0, already=0, losses=0, gains=0, in_part=0,
        not_replayable={"policies_not_asked": 3, "newer": 1}, losing=0, gaining=0, rows=(), left_out=0,
    )  # fmt: skip
    said = as_text(found)
    assert "        3  cannot be replayed: Brána itself refused them, the policies were not asked\n" in said
    assert said.endswith("        1  cannot be replayed: newer")
    czech = as_text(found, Language.CZECH)
    assert "        3  nelze rozhodnout znovu: odmítla je Brána sama, na pravidla nedošlo\n" in czech
    assert "would" not in czech
