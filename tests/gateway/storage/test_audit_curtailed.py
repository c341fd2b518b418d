"""A reader of one municipality learns nothing of what people hold elsewhere, by no question and in no form.

Two logs differ in that alone: whatever such a reader asks, both answer the same. The office that runs the centre is
told the difference.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.exporting import Exporting
from gateway.audit.for_auditors.brana_verify import Key, verified
from gateway.audit.log_keys import Known
from gateway.audit.places import BLOCK
from gateway.audit.reading_acts import searched
from gateway.audit.reasons import REASONS
from gateway.audit.search import Having, Query
from gateway.audit.selection import Form, Wanted
from gateway.storage.allowance import unbounded
from gateway.storage.audit_index import index_next
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_selection import StoredSelection
from tests.gateway.audit.making import EITHER, NOON, SIGNER, Log, entry, open_log
from tests.gateway.storage.test_audit_selection import unpacked

HULIN, CENTRE = MunicipalityCode("588491"), MunicipalityCode("588296")
ENTRIES = BLOCK + 100
"""A block that the index knows, and what it does not know yet."""
ELSEWHERE = f"{CENTRE}:clerk"


def has(name: str, *values: str, without: bool = False) -> Query:
    return Query(having=(Having(name, frozenset(values), without=without),))


QUERIES = [
    Query(),
    has("role", ELSEWHERE),
    has("role", "clerk"),
    has("role", ELSEWHERE, without=True),
    has("role", "clerk", without=True),
    has("role", f"{CENTRE}*"),
    has("role", "*", without=True),
    has("in_place_of", "*"),
    has("in_place_of", "kapounova", without=True),
    Query(text="clerk"),
    Query(text=CENTRE),
    Query(text="kapounova"),
    Query(text="stavebni"),
    Query(text="A115"),
    Query(text="2019-03"),
    Query(person="=horak", having=(Having("role", frozenset({ELSEWHERE})),)),
]
COUNTED = (Query(), has("role", "clerk", without=True))


def made(*, elsewhere: bool) -> Iterator[Entry]:
    """Each third person holds something at the centre, or does not."""
    for number in range(ENTRIES):
        holds = elsewhere and number % 3 == 0
        acts_elsewhere = number % 2 == 0
        facts = {"country": "CZ"}
        if holds:
            facts["activity_roles"] = [
                {"activity_role": "CR1", "agenda": "A115", "municipality": CENTRE},
                {"activity_role": "CR2", "agenda": "A116", "municipality": HULIN},
            ]
        elif number % 3 == 0:
            facts["activity_roles"] = [{"activity_role": "CR2", "agenda": "A116", "municipality": HULIN}]
        if holds and acts_elsewhere:
            facts |= {"departments": ["stavebni"], "employed_since": "2019-03-01"}
            facts["delegation"] = {"by": "kapounova", "roles": ["mayor"]}
        yield entry(
            number,
            code=Code.DECISION_REFUSE if number % 5 else Code.SESSION_OPENED,
            outcome=Outcome.REFUSED if number % 5 else Outcome.SUCCESS,
            at=NOON + timedelta(seconds=number),
            subject=f"d:{number % 40}",
            person="horak" if number % 40 == 3 else f"osoba{number % 40}",
            municipality=HULIN,
            own_municipality=CENTRE if acts_elsewhere else HULIN,
            application="records",
            action="read",
            details={
                "roles": ([ELSEWHERE] if holds else []) + ([f"{HULIN}:mayor"] if number % 7 else []),
                "gained": [f"{CENTRE}:auditor"] if holds else [],
                "standing_in": [f"{CENTRE}:mayor:kapounova"] if holds else [],
                "facts": json.dumps(facts, separators=(",", ":"), sort_keys=True),
            },
        )


@pytest.fixture(params=EITHER, scope="module")
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Log]]:
    """One with what is held elsewhere, one without."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    places = [server and server.as_made() for _ in range(2)]
    folders: list[Path] = [tmp_path_factory.mktemp(name) for name in ("with", "without")]
    with open_log(folders[0], place=places[0]) as one, open_log(folders[1], place=places[1]) as other:
        for log, elsewhere in ((one, True), (other, False)):
            log.append(list(made(elsewhere=elsewhere)))
            asyncio.run(log.checkpointer().seal())
            asyncio.run(_indexed(log))
        yield [one, other]


async def _indexed(log: Log) -> None:
    while await index_next(log.database):
        pass


def answers(log: Log, query: Query, within: MunicipalityCode | None) -> dict[str, object]:
    search = LogSearch(log.database, within, allowed=unbounded)  # how long it takes is no answer

    async def asked() -> dict[str, object]:
        read: list[tuple[object, int]] = []
        await search.read_through(query, lambda told, at: read.append((dict(told.details), at)), 500)
        page = await search.page(query, None, 500)
        return {
            "page": _told(page.entries),
            "behind": _told((await search.behind(query, ENTRIES - 50)).entries),
            "entry": _told([found.found for found in [await search.entry(6)] if found]),
            "count": await search.count(query),
            "over_time": await search.over_time(query),
            "read": read,
            **{
                field: await search.by_value(query, field, 10)
                for field in ("role", "in_place_of", "outcome")
                if query in COUNTED
            },
        }

    return asyncio.run(asked())


def _told(entries) -> list[object]:
    """Times of receipt are the logs' own."""
    return [(one.sequence, one.entry) if isinstance(one, Recorded) else one for one in entries]


def test_two_logs_that_differ_in_what_is_held_elsewhere_answer_a_municipality_s_reader_alike(
    logs: list[Log],
) -> None:
    for query in QUERIES:
        one, other = (answers(log, query, HULIN) for log in logs)
        assert one == other, query


def test_the_same_questions_tell_the_logs_apart_for_the_centre(logs: list[Log]) -> None:
    for query in (QUERIES[1], QUERIES[2], QUERIES[3], Query(text="stavebni"), has("in_place_of", "*")):
        one, other = (answers(log, query, None) for log in logs)
        assert one["page"] != other["page"], query


def test_what_is_held_in_the_reader_s_own_municipality_is_found_and_shown(logs: list[Log]) -> None:
    found = answers(logs[0], has("role", f"{HULIN}:mayor"), HULIN)
    assert found["page"]
    assert all(f"{HULIN}:mayor" in entry.details["roles"] for _, entry in found["page"])
    agendas = answers(logs[0], Query(text="A116"), HULIN)
    assert agendas["page"]


def exporting(log: Log, within: MunicipalityCode | None) -> Exporting:
    async def record(_entries: object) -> None:
        pass

    return Exporting(
        log=LogSearch(log.database, within),
        source=StoredSelection(
            log.database, lambda _: Known((SIGNER.verifier,)), lambda _, __: (SIGNER,), within
        ),
        origin=SIGNER.name,
        reasons=REASONS,
        record=record,
        within=within,
    )


def handed_out(log: Log, wanted: Wanted, within: MunicipalityCode | None) -> bytes:
    async def given() -> bytes:
        made = exporting(log, within)
        query = Query(within=within, since=NOON, until=NOON + timedelta(seconds=200))
        look = searched(NOON, subject="o", person="o", query=query.described(), found=0)
        prepared = await made.prepare(query, wanted, lambda _found: look, NOON)
        return b"".join([part async for part in made.given(prepared)])

    return asyncio.run(given())


@pytest.mark.parametrize("form", Form)
def test_an_export_says_in_no_form_what_is_held_elsewhere(logs: list[Log], form: Form) -> None:
    wanted = Wanted(form=form, purpose="stížnost občana")
    own, whole = (handed_out(logs[0], wanted, within) for within in (HULIN, None))
    for told in (ELSEWHERE, f"{CENTRE}:auditor", "A115", "stavebni", "2019-03-01", "kapounova"):
        assert told.encode() in whole or form is Form.OCSF, told
        assert told.encode() not in own, told
    assert b"A116" in own or form is Form.OCSF


def test_with_proofs_such_an_export_is_vouched_for_and_holds_no_hash_of_an_entry(
    logs: list[Log], tmp_path: Path
) -> None:
    wanted = Wanted(form=Form.JSON_LINES, purpose="stížnost občana", proofs=True)
    folder = unpacked(handed_out(logs[0], wanted, HULIN), tmp_path)
    assert {one.name for one in folder.iterdir()} == {
        "entries.jsonl", "proofs.jsonl", "log-key.txt", "brana_verify.py", "README.txt",
    }  # fmt: skip
    assert HULIN in (folder / "README.txt").read_text("utf-8")
    [line] = (folder / "proofs.jsonl").read_bytes().splitlines()
    assert set(json.loads(line)) == {"brana_selection", "statement", "numbers"}
    with (folder / "proofs.jsonl").open("rb") as file:
        told = verified(file, Key(str(SIGNER.verifier)), {}, folder)
    assert [what for what, _ in told] == ["stated", "content", "bounded"]
    text = folder / "entries.jsonl"
    text.write_bytes(text.read_bytes().replace(b"osoba7", b"osoba8", 1))
    with (folder / "proofs.jsonl").open("rb") as file, pytest.raises(Exception, match="altered"):
        verified(file, Key(str(SIGNER.verifier)), {}, folder)
