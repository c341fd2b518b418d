"""What people ask for, in the real database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Language, Role
from gateway.asks.ask import Act, Ask, AskId, Kind, Signature, Stage
from gateway.asks.records import entry_of
from gateway.asks.refused import AskRefused, Why
from gateway.asks.store import Changed, Sought
from gateway.asks.wish import party
from gateway.notices.notice import Channel, Happened, NoticeKind
from gateway.storage.asks import StoredAsks
from gateway.storage.notices import StoredOutbox
from idp.events import NOWHERE
from tests.gateway.asks.town import DAY, EVA, HOUR, IVO, JANA, KROMERIZ, NOW, PAVEL, PETR, approved, ask

USE = ask(Kind.EMERGENCY, since=NOW - 3 * DAY, until=NOW - 2 * DAY)
EVERY = [
    approved(ask()),
    approved(ask(Kind.ORDER, PAVEL), EVA),
    replace(USE, reviewed=Signature(party(EVA), NOW, "ž\u0000".strip("\u0000"))),
    ask(Kind.DELEGATION, PETR, IVO),
    ask(Kind.PURPOSE, agenda="A115", activity_role="CR22"),
]


def kept(database, recorded) -> StoredAsks:
    outbox = StoredOutbox(database, recorded.append_all, [Channel.WEBHOOK, Channel.SMTP], Language.CZECH)
    return StoredAsks(database, recorded.append_all, outbox.tell)


def put(one: Ask, *told: Happened):
    return lambda *_: Changed(one, [entry_of(one, Act.ASK, one.asker, NOW, origin=NOWHERE)], told)


async def test_each_kind_comes_back_as_it_was_kept(database, recorded):
    store = kept(database, recorded)
    for one in EVERY:
        assert await store.change(one.id, {one.holder.subject}, put(one), NOW, NOW) == (
            Changed(one, [recorded[-1]], ()),
            [],
        )
    assert {one.id: one for one in await store.find(Sought())} == {one.id: one for one in EVERY}
    assert len(recorded) == len(EVERY)


async def test_what_decisions_have_to_know_is_what_counts_and_no_more(database, recorded):
    store = kept(database, recorded)
    over = replace(EVERY[0], id=AskId("o" * 22), until=NOW)
    ended = replace(EVERY[3], id=AskId("e" * 22), stage=Stage.WITHDRAWN)
    waits = ask(id=AskId("w" * 22))
    unreviewed = replace(USE, id=AskId("u" * 22))
    for one in (*EVERY, over, ended, waits, unreviewed):
        await store.change(one.id, {one.holder.subject}, put(one), NOW, NOW)
    counting = {one.id for one in await store.counting(NOW)}
    assert counting == {EVERY[0].id, EVERY[1].id, EVERY[3].id, EVERY[4].id, unreviewed.id}


async def test_a_step_that_refuses_leaves_everything_as_it_was(database, recorded):
    store = kept(database, recorded)
    await store.change(EVERY[0].id, {JANA.subject}, put(EVERY[0]), NOW, NOW)

    def step(kept, theirs):
        assert (kept, theirs) == (EVERY[0], [EVERY[0]])
        raise AskRefused(Why.OVER)

    with pytest.raises(AskRefused):
        await store.change(EVERY[0].id, {JANA.subject}, step, NOW, NOW)
    assert await store.find(Sought()) == [EVERY[0]]
    assert len(recorded) == 1


async def test_what_is_sought_is_found_the_latest_first(database, recorded):
    store = kept(database, recorded)
    for number, one in enumerate(EVERY):
        later = replace(one, asked_at=NOW + timedelta(minutes=number))
        await store.change(one.id, {one.holder.subject}, put(later), NOW, NOW)

    async def found(**sought):
        return [one.kind for one in await store.find(Sought(**sought))]

    assert await found(concerns=EVA.subject) == [Kind.ORDER]
    assert await found(concerns=PETR.subject) == [Kind.DELEGATION]
    assert await found(sponsor=EVA.subject) == [Kind.ORDER]
    assert await found(municipality=KROMERIZ) == []
    assert await found(kinds=frozenset({Kind.ACCESS, Kind.PURPOSE})) == [Kind.PURPOSE, Kind.ACCESS]
    assert await found(stages=frozenset({Stage.WAITING})) == []
    assert await found(ends_after=NOW + HOUR) == []
    assert await found(unreviewed=True) == []
    assert len(await found(limit=2)) == 2


async def test_a_list_goes_on_after_any_of_it_also_where_several_were_asked_for_at_once(database, recorded):
    store = kept(database, recorded)
    for number, one in enumerate(EVERY):
        later = replace(one, asked_at=NOW + timedelta(minutes=number // 3))
        await store.change(one.id, {one.holder.subject}, put(later), NOW, NOW)
    whole = await store.find(Sought())
    assert len(whole) == len(EVERY) > 3
    for number, one in enumerate(whole, 1):
        assert await store.find(Sought(after=one.id)) == whole[number:]
    assert await store.find(Sought(after=AskId("none"))) == []


async def test_what_is_told_waits_for_this_version_alone(database, recorded):
    """A node of the version before would not know what to say of it."""
    outbox = StoredOutbox(database, recorded.append_all, [Channel.SMTP], Language.CZECH)
    happened = Happened(kind=NoticeKind.REQUEST_WAITING, subject=EVA.subject, person="mala.eva", at=NOW)
    store = StoredAsks(database, recorded.append_all, outbox.tell)
    await store.change(EVERY[0].id, {JANA.subject}, put(EVERY[0], happened), NOW, NOW)
    (notice,) = await outbox.due(Channel.SMTP, NOW, 10)
    assert (notice.channel, notice.happened) == (Channel.SMTP, happened)
    rows = await database.read(lambda c: c.exec_driver_sql("SELECT channel FROM notice").all())
    assert [row[0] for row in rows] == ["smtp+"]
    await outbox.delivered(notice)
    assert await outbox.due(Channel.SMTP, NOW, 10) == []


async def test_what_ended_long_ago_is_forgotten_unless_nobody_reviewed_it(database, recorded):
    store = kept(database, recorded)
    unreviewed = replace(USE, id=AskId("u" * 22))
    for one in (*EVERY, unreviewed):
        await store.change(one.id, {one.holder.subject}, put(one), NOW, NOW)
    assert await store.forget(NOW) == 1
    assert await store.forget(NOW + 2 * DAY) == 4
    assert await store.find(Sought()) == [unreviewed]
    assert Role.MAYOR in {one.role for one in EVERY}
