"""What differs between two configurations."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import fields, replace

from config.changes import AT_THE_NEXT_START, Changes, changes
from config.settings import Application, Settings, Tunnels
from tests.rig.envoy import hosting, settings_for

BEFORE = settings_for(Path("/nowhere"), 8443, "http://127.0.0.1:1")


def with_applications(*applications: Application) -> Settings:
    return replace(BEFORE, applications=list(applications))


def test_the_same_settings_differ_in_nothing() -> None:
    assert changes(BEFORE, settings_for(Path("/nowhere"), 8443, "http://127.0.0.1:1")) == Changes()


def test_applications_are_told_apart_by_their_id() -> None:
    one, two, three = (hosting(name, "http://127.0.0.1:1") for name in ("one", "two", "three"))
    found = changes(with_applications(one, two), with_applications(replace(two, balance="spread"), three))
    assert found == Changes(added=("three",), removed=("one",), changed=("two",))
    assert found.applications
    assert found.needing_a_start() == []


def test_applications_in_another_order_are_a_change_of_the_portal() -> None:
    one, two = (hosting(name, "http://127.0.0.1:1") for name in ("one", "two"))
    assert changes(with_applications(one, two), with_applications(two, one)) == Changes(
        settings=("applications",)
    )


def test_other_settings_are_named_by_their_paths() -> None:
    after = replace(
        BEFORE,
        sign_in=replace(BEFORE.sign_in, idle=timedelta(minutes=7)),
        office=replace(BEFORE.office, name="Hulín"),
    )
    assert changes(BEFORE, after).settings == ("office.name", "sign_in.idle")


def test_a_file_with_other_content_is_a_change_of_what_names_it() -> None:
    application = hosting("one", "http://127.0.0.1:1")
    before = with_applications(application)
    contents = (
        {"applications.one": "a", "oidc_clients[0].secret_file": "b"},
        {"applications.one": "c", "oidc_clients[0].secret_file": "d"},
    )
    assert changes(before, before, contents) == Changes(
        changed=("one",), settings=("oidc_clients[0].secret_file",)
    )


def test_a_directory_and_a_port_need_a_start_and_the_grace_of_facts_does_not() -> None:
    after = replace(
        BEFORE,
        directories=[replace(BEFORE.directories[0], connections=2)],
        public=replace(BEFORE.public, port=1, key=Path("/other")),
        facts=replace(BEFORE.facts, grace=timedelta(minutes=1), refresh=timedelta(seconds=7)),
    )
    found = changes(BEFORE, after)
    assert found.settings == ("public.port", "public.key", "directories", "facts.refresh", "facts.grace")
    assert found.needing_a_start() == ["public.port", "directories", "facts.refresh"]


@pytest.mark.parametrize("path", AT_THE_NEXT_START)
def test_every_setting_that_needs_a_start_is_one(path: str) -> None:
    table: object = replace(BEFORE, tunnels=Tunnels(endpoint="tunnel.example"))
    for name in path.split("."):
        assert name in {one.name for one in fields(table)}  # type: ignore[arg-type]
        table = getattr(table, name)


def test_what_needs_a_start_is_explained_to_operators() -> None:
    page = (Path(__file__).parents[2] / "docs/settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^- `([a-z0-9_.]+)`: ", page.partition("## What needs a start")[2], re.MULTILINE)
    assert tuple(rows) == AT_THE_NEXT_START
