"""`brana audit ask`, `views`, and what `search` finds by any field, as an operator types them."""

import asyncio
import csv
import io
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from config.vocabulary import SubjectId
from gateway.audit.questions import ready
from gateway.audit.views import View
from gateway.audit.views import kept as kept_entry
from gateway.storage.audit import append
from gateway.storage.audit_views import StoredViews
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.seal import Seal
from idp.login.exception import new_exception
from tests.gateway.commands.logs import entries
from tests.rig.installation import Installation
from tests.rig.people import OPERATOR

pytestmark = pytest.mark.real


def test_the_questions_are_listed(kept: Installation) -> None:
    listed = kept.brana("audit", "ask")
    assert listed.returncode == 0, listed.stderr
    assert all(one.name in listed.stdout and one.title.en in listed.stdout for one in ready())


def test_a_question_is_answered_as_text_and_as_data_and_who_asked_is_recorded(kept: Installation) -> None:
    assert kept.brana("audit", "search", "--purpose", "kontrola NÚKIB").returncode == 0
    told = kept.brana("audit", "ask", "who-read-the-log", "--purpose", "stížnost")
    assert told.returncode == 0, told.stderr
    assert "kontrola NÚKIB" in told.stdout
    answer = json.loads(kept.brana("audit", "ask", "who-read-the-log", "--json").stdout)
    rows = answer["counts"][0]["rows"]
    assert {row["key"]["purpose"] for row in rows} >= {"kontrola NÚKIB", "stížnost"}
    asked = entries(kept, "--code", "audit.searched", "--where", "purpose=stížnost")
    assert ["question=who-read-the-log" in one["entry"]["details"]["query"] for one in asked] == [True]


def test_answers_of_entries_tell_them_with_their_facts(kept: Installation) -> None:
    kept.brana("audit", "verify")
    told = kept.brana("audit", "ask", "log-whole")
    assert "Finding: whole" in told.stdout
    assert "brana audit verify" in told.stdout


def test_the_register_of_accounts_is_told_as_text_as_data_and_as_a_table(kept: Installation) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    gone = new_exception(
        SubjectId("urad:gone"), "odesel.jan", "Ztracený telefon", OPERATOR, since, since + timedelta(days=9)
    )
    with closing(Database(kept.state / "brana.db")) as database:
        store = IdentityStore(database, Seal(bytes(32)), append)
        asyncio.run(store.transact(lambda book: book.keep_exception(gone)))
    told = kept.brana("audit", "ask", "without-second-factor")
    assert told.returncode == 0, told.stderr
    assert "accounts without a second factor now: 1" in told.stdout
    assert "odesel.jan" in told.stdout
    data = json.loads(kept.brana("audit", "ask", "without-second-factor", "--json").stdout)
    assert [(one["login"], one["exception_why"]) for one in data["accounts"]] == [
        ("odesel.jan", "Ztracený telefon")
    ]
    table = kept.brana("audit", "ask", "without-second-factor", "--csv", "--purpose", "kontrola")
    assert [one["login"] for one in csv.DictReader(io.StringIO(table.stdout.removeprefix("\ufeff")))] == [
        "odesel.jan"
    ]
    [asked] = entries(kept, "--code", "audit.searched", "--where", "purpose=kontrola")
    assert asked["entry"]["details"]["found"] == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("ask", "log-whole", "--csv"), "log-whole tells of no accounts"),
        (("ask", "who-read-log"), "did you mean who-read-the-log?"),
        (
            ("ask", "log-whole", "--since", "2026-11-02", "--until", "2026-11-01"),
            "--until is not after --since",
        ),
        (("search", "--where", "colour=red"), "no entry has such a field"),
        (("search", "--where", "hour_from"), "this is no condition"),
        (("search", "--view", "noc"), "nobody shares a view 'noc'"),
    ],
)
def test_what_cannot_be_asked_is_said(kept: Installation, asked: tuple[str, ...], said: str) -> None:
    done = kept.brana("audit", *asked)
    assert done.returncode != 0
    assert said in done.stderr


def test_entries_are_found_by_any_field_and_by_words(kept: Installation) -> None:
    kept.brana("audit", "search", "--purpose", "hledání smluv")
    for asked in (["--text", "HLEDANI smluv"], ["--where", "purpose=hledání*", "--where", "form!=export"]):
        found = entries(kept, *asked)
        assert [one["entry"]["details"]["purpose"] for one in found] == ["hledání smluv"], asked


def test_a_view_that_officers_share_is_asked_and_narrowed(kept: Installation) -> None:
    view = View(owner="d:1", owner_name="kucera", name="ověření", asked="code=audit.verified&without_own=1",
                shared=True, within=None, saved_at=datetime(2026, 11, 1, tzinfo=UTC))  # fmt: skip
    own = View(owner="d:1", owner_name="kucera", name="vlastní", asked="outcome=refused", shared=False, within=None,
               saved_at=view.saved_at)  # fmt: skip
    with closing(Database(kept.state / "brana.db")) as database:
        for one in (view, own):
            asyncio.run(StoredViews(database, append).keep(one, kept_entry(one, "s", "", "r")))
    kept.brana("audit", "verify")
    listed = kept.brana("audit", "views")
    assert "ověření" in listed.stdout
    assert "vlastní" not in listed.stdout
    assert {one["entry"]["code"] for one in entries(kept, "--view", "ověření")} == {"audit.verified"}
    assert entries(kept, "--view", "ověření", "--where", "finding=damaged") == []
