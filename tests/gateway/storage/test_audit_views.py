"""Views of officers and purposes of their sessions, on both databases, recorded in the same transaction."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.audit import views as module
from gateway.audit.entry import Code
from gateway.audit.views import TooManyViews, View, kept, removed
from gateway.storage import audit_views
from gateway.storage.audit_views import StoredPurposes, StoredViews
from tests.gateway.storage.conftest import NOW

VIEW = View(
    owner="d:1",
    owner_name="kucera",
    name="noc",
    asked="outcome=refused",
    shared=False,
    within=None,
    saved_at=NOW,
)


@pytest.fixture
def views(database, recorded):
    return StoredViews(database, recorded.append_all)


async def keep(views, view):
    await views.keep(view, kept(view, "s", "192.0.2.1", "r"))


async def test_a_view_comes_back_as_it_was_saved_and_the_newer_takes_its_place(views, recorded):
    await keep(views, VIEW)
    assert await views.seen("d:1", None) == [VIEW]
    changed = replace(VIEW, asked="person=novak", shared=True)
    await keep(views, changed)
    assert await views.seen("d:1", None) == [changed]
    assert [one.code for one in recorded] == [Code.VIEW_KEPT] * 2


async def test_it_is_shared_with_those_who_see_as_much(views):
    of_hulin = replace(VIEW, owner="d:2", shared=True, within="588491")
    for one in (VIEW, replace(VIEW, owner="d:3", shared=True), of_hulin):
        await keep(views, one)
    assert [one.owner for one in await views.seen("d:9", None)] == ["d:3"]
    assert [one.owner for one in await views.seen("d:9", "588491")] == ["d:2"]
    assert [one.owner for one in await views.seen("d:1", None)] == ["d:1", "d:3"]


async def test_only_what_is_there_is_removed_and_recorded(views, recorded):
    await keep(views, VIEW)
    gone = removed(kept(VIEW, "s", "", "r"))
    assert not await views.remove("d:2", "noc", gone)
    assert await views.remove("d:1", "noc", gone)
    assert not await views.remove("d:1", "noc", gone)
    assert [one.code for one in recorded] == [Code.VIEW_KEPT, Code.VIEW_REMOVED]


async def test_nobody_keeps_more_than_some(views, recorded, monkeypatch):
    monkeypatch.setattr(audit_views, "MOST", 2)
    assert module.MOST == 100
    for name in ("a", "b", "b"):
        await keep(views, replace(VIEW, name=name))
    with pytest.raises(TooManyViews):
        await keep(views, replace(VIEW, name="c"))
    assert [one.name for one in await views.seen("d:1", None)] == ["a", "b"]
    assert len(recorded) == 3


async def test_a_purpose_is_of_one_session_until_another_is_named(database, recorded):
    purposes = StoredPurposes(database, recorded.append_all)
    assert await purposes.of("s-1") == ""
    entry = kept(VIEW, "s", "", "r")
    for purpose in ("stížnost", "kontrola"):
        await purposes.name("s-1", purpose, entry, NOW, NOW - timedelta(days=2))
    assert (await purposes.of("s-1"), await purposes.of("s-2")) == ("kontrola", "")
    await purposes.name("s-2", "jiné", entry, NOW + timedelta(days=3), NOW + timedelta(days=1))
    assert (await purposes.of("s-1"), await purposes.of("s-2")) == ("", "jiné")
    assert len(recorded) == 3
