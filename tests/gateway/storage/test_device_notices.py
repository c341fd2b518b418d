"""What owners of devices are told, put into the outbox in the transaction of what happened: in the real database."""

from dataclasses import replace
from datetime import timedelta

from agents.protocol.messages import Standing
from config.vocabulary import Language
from gateway.devices.refused import ActRefused
from gateway.notices.notice import Channel, NoticeKind
from gateway.storage.notices import StoredOutbox
from tests.gateway.storage.devices import (
    BY_EVA,
    FOR_JANA,
    JANA,
    NOW,
    RULES,
    Devices,
    devices,
)


def telling(database, recorded) -> tuple[Devices, StoredOutbox]:
    made = devices(database, recorded, replace(RULES, approval=True))
    outbox = StoredOutbox(database, recorded.append_all, (Channel.SMTP,), Language.CZECH)
    store = replace(made.store, tell=outbox.tell)
    office, reception = replace(made.office, store=store), replace(made.reception, store=store)
    return Devices(store, office, reception, made.known), outbox


async def told(outbox: StoredOutbox):
    found = await outbox.due(Channel.SMTP, NOW + timedelta(days=1), 20)
    for one in found:
        await outbox.delivered(one)
    return [one.happened for one in found]


async def test_an_owner_is_told_what_is_done_in_their_name(database, recorded):
    at, outbox = telling(database, recorded)
    agent, _ = await at.enrolled()
    name = at.of(agent).id
    [enrolled] = await told(outbox)
    assert (enrolled.kind, enrolled.subject) == (NoticeKind.DEVICE_ENROLLED, JANA)
    assert enrolled.facts == {"device": name, "device_name": "notebook", "by": "cli:root"}
    await at.office.rename(name, "Účtárna", BY_EVA, NOW)
    await at.office.approve(name, BY_EVA, NOW)
    [approved] = await told(outbox)
    assert (approved.kind, approved.facts["by"]) == (NoticeKind.DEVICE_APPROVED, "eva")
    await at.office.block(name, "x", BY_EVA, NOW)
    await at.office.lose(name, "", BY_EVA, NOW)
    assert {one.kind for one in await told(outbox)} == {NoticeKind.DEVICE_BLOCKED, NoticeKind.DEVICE_LOST}
    assert at.of(agent).standing is Standing.LOST


async def test_nobody_is_told_of_a_shared_device_or_of_what_was_refused(database, recorded):
    at, outbox = telling(database, recorded)
    shared, _ = await at.enrolled(wish=replace(FOR_JANA, owner=None))
    await at.office.approve(at.of(shared).id, BY_EVA, NOW)
    assert await told(outbox) == []
    hers, _ = await at.enrolled(tunnel_key=None)
    await told(outbox)
    try:
        await at.office.block(at.of(hers).id, "", BY_EVA, NOW)
    except ActRefused:
        assert await told(outbox) == []
    else:
        raise AssertionError
