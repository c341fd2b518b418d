"""Administrator, approver and auditor of one municipality at the policies and requests of another, by typed addresses
and forged forms: nothing is shown, nothing changes, and each refusal is recorded with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, select

from gateway.demo.people import HULIN
from gateway.storage.tables.access_review import access_block, access_review, access_review_item
from gateway.storage.tables.asks import ask
from gateway.storage.tables.policy_office import policy_incident, policy_proposal, policy_version
from tests.attacks.test_requests import NAME, window
from tests.rig.attacked import Ground
from tests.rig.attacked_people import VILLAGE
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
KEPT = (
    policy_proposal,
    policy_version,
    policy_incident,
    ask,
    access_review,
    access_review_item,
    access_block,
)
SECRET = "Co ví jen v Hulíně"
"""Stands in whatever nobody of another municipality may see; `map-registrar` is a rule of Hulín alone."""
RULE = f"""@id("own") @title_cs("{SECRET}") @title_en("x")
permit (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ resource in Application::"map" && principal.roles.contains(Role::"mayor") }};
"""
FILE = f"municipalities/{HULIN}.cedar"
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hulin:
    """Things of one municipality, and who of another is after them."""

    ground: Ground
    strangers: Mapping[str, Visitor]
    proposal: str
    version: int
    review: str
    request: str

    def at(self, host: str) -> str:
        return self.ground.product.addresses.origin(host)

    def kept(self) -> list[list[tuple[Any, ...]]]:
        def rows(connection: Connection) -> list[list[tuple[Any, ...]]]:
            return [sorted(map(tuple, connection.execute(select(one))), key=repr) for one in KEPT]

        return self.ground.state.database.read_now(rows)


async def _posted(who: Visitor, url: str, fields: Fields) -> Shown:
    answer = await who.post(url, fields, follow=False)
    assert answer.status == 303, answer.text
    return answer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hulin(standing: Ground) -> Hulin:
    policies, requests = (standing.product.addresses.origin(one) for one in ("policies", "requests"))
    author = await standing.signed_in(standing.named("pravidla.cizi"), policies)
    leader = await standing.signed_in(standing.named("vedeni.cizi"), policies)
    begun = (await _posted(author, f"{policies}/proposals", {"of": ""})).location.path
    page = begun.removesuffix("/edit")
    draft = {"revision": "1", "file": FILE, "text": RULE}
    await _posted(author, f"{policies}{page}/text", draft)
    listed = (await leader.get(f"{policies}/versions")).text
    until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    form = {"scope": "application", "application": "budget", "until": until}
    review = (await _posted(leader, f"{policies}/reviews", form)).location.path
    asker = await standing.signed_in(standing.named("zadost.cizi"), requests)
    wish = {"application": "budget", "read": "on", "why": SECRET, **window()}
    await _posted(asker, f"{requests}/ask", wish)
    asked = NAME.search((await asker.get(f"{requests}/")).text)
    assert asked is not None
    logins = ("pravidla.obce", "vedeni.obce", "auditor.obce")
    strangers = {one: await standing.signed_in(standing.named(one), policies) for one in logins}
    for who in strangers.values():
        assert (await who.get(f"{requests}/")).status == 200
    number = int(listed.split("/versions/")[1].split("?")[0].split('"')[0])
    return Hulin(standing, strangers, page, number, review, asked[1])


async def test_no_typed_address_shows_anything_of_another_municipality(hulin: Hulin) -> None:
    page, review, number = hulin.proposal, hulin.review, hulin.version
    hidden = [
        *(f"{page}{each}" for each in ("", "/edit", "/text", f"/text?file={FILE}", "/form/hours", "/impact",
                                       "/withdraw", "/remove?policy=own", "/note", "/submit", "/approve")),
        *(f"{review}{each}" for each in ("", "/close", "/remove?number=1", "/report", "/report.json", "/report.csv")),
    ]  # fmt: skip
    own = [
        "/", "/policies", "/proposals", "/drafts", f"/drafts?of={HULIN}", f"/versions?of={HULIN}",
        f"/versions/{number}?of={HULIN}", f"/versions/{number}?of=region&against={number}", "/reviews",
        f"/who?municipality={HULIN}", f"/who.csv?municipality={HULIN}", f"/incidents?municipality={HULIN}",
        f"/why?application=budget&login=vedeni.cizi&municipality={HULIN}",
        f"/why?application=budget&role=mayor&municipality={HULIN}",
    ]  # fmt: skip
    mine = [f"/one?name={hulin.request}", f"/end?name={hulin.request}"]
    lists = ["/", "/orders", "/waiting", "/reviews", f"/waiting?after={hulin.request}"]
    for login, who in hulin.strangers.items():
        for host, paths, there in (
            ("policies", hidden, False),
            ("policies", own, True),
            ("requests", mine, False),
            ("requests", lists, True),
        ):
            for path in paths:
                shown = await who.get(f"{hulin.at(host)}{path}", follow=False)
                assert not any(words in shown.text for words in (SECRET, "map-registrar")), (login, path)
                assert "login=vedeni" not in path or 'id="answer"' not in shown.text, (login, path)
                assert there or shown.status in (403, 404), (login, path, shown.status)


def _forms(hulin: Hulin) -> Sequence[tuple[str, str, Fields]]:
    page, review, revision = hulin.proposal, hulin.review, {"revision": "2"}
    more = {"scope": HULIN, "municipality": HULIN, "of": HULIN, "own": HULIN}
    acts: Sequence[tuple[str, str, Fields]] = (
        ("policies", f"{page}/note", revision | {"note": "x"}),
        ("policies", f"{page}/remove", revision | {"file": FILE, "number": "1"}),
        ("policies", f"{page}/text", revision | {"file": FILE, "text": "// nic"}),
        ("policies", f"{page}/form/hours", revision | {"number": "", "roles": "clerk"}),
        ("policies", f"{page}/submit", revision),
        ("policies", f"{page}/rebase", revision),
        ("policies", f"{page}/withdraw", revision | {"why": ""}),
        ("policies", f"{page}/return", revision | {"why": "Ne."}),
        ("policies", f"{page}/approve", {"digest": "0" * 64, "when": "now", "at": ""}),
        ("policies", f"{page}/impact", {}),
        ("policies", "/drafts", {"draft": f"{page.rpartition('/')[2]} 2"}),
        ("policies", f"/versions/{hulin.version}/restore", {"why": "x"}),
        ("policies", review, {"number": "1", "choice": "remove", "comment": "x"}),
        ("policies", f"{review}/remove", {"number": "1", "comment": "x"}),
        ("policies", f"{review}/close", {}),
        ("policies", f"{review}/report", {"block": "A" * 16, "why": "x"}),
        ("policies", "/reviews/all", {"scope": "all", "application": "", "until": "2099-01-01"}),
        ("policies", "/incidents/close", {"kind": "municipality", "municipality": HULIN, "role": "",
                                          "application": "", "reason_cs": "x", "reason_en": "x"}),
        ("policies", f"/incidents/{'A' * 22}/open", {"why": "x"}),
        ("requests", "/approve", {"name": hulin.request, "note": ""}),
        ("requests", "/refuse", {"name": hulin.request, "note": "Ne."}),
        ("requests", "/end", {"name": hulin.request}),
        ("requests", "/review", {"name": hulin.request, "note": "x"}),
    )  # fmt: skip
    return [(host, path, fields | {name: each for name, each in more.items() if name not in fields})
            for host, path, fields in acts]  # fmt: skip


async def test_no_forged_form_changes_anything_of_another_municipality_and_each_is_recorded(
    hulin: Hulin,
) -> None:
    before = hulin.kept()
    sent = [
        (login, path, await who.post(f"{hulin.at(host)}{path}", fields, follow=False))
        for login, who in hulin.strangers.items()
        for host, path, fields in _forms(hulin)
    ]
    for login, path, answer in sent:
        assert answer.status in (403, 404, 409), (login, path, answer.status)
        assert SECRET not in answer.text, (login, path)
        entry = await hulin.ground.entry(answer)
        assert (entry.outcome, bool(entry.reason)) == ("refused", True), (login, path, entry)
        assert (entry.person, entry.own_municipality) == (login, VILLAGE), (path, entry)
    assert hulin.kept() == before
