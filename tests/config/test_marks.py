from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields, replace

from config.marks import mark_of
from config.settings import Application, Identity, IdentityHeaders, Route, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode

HULIN, CENTRE = MunicipalityCode("588491"), MunicipalityCode("588296")
TITLE = Title(cs="Mapa", en="Map")
FIRST = Application(
    id=ApplicationId("map"),
    title=TITLE,
    description=TITLE,
    host="map.brana.test",
    upstreams=["http://127.0.0.1:1"],
    routes=[Route(action=Action.READ)],
    municipalities=[HULIN, CENTRE],
)


@pytest.mark.parametrize(
    "changed",
    [
        {"municipalities": []},
        {"municipalities": [HULIN]},
        {"host": "map-{municipality}.brana.test"},
        {"technical": True},
        {"identity": Identity(way="headers", headers=IdentityHeaders(login="X-Login"))},
    ],
)
def test_what_a_decision_rests_on_is_another_mark(changed: dict[str, Any]) -> None:
    assert mark_of(replace(FIRST, **changed)) != mark_of(FIRST)


@pytest.mark.parametrize(
    "changed",
    [
        {"upstreams": ["http://127.0.0.1:2"]},
        {"municipalities": [CENTRE, HULIN]},
        {"routes": [Route(path="/more", action=Action.WRITE), Route(action=Action.READ)]},
        {"identity": Identity(password_file=Path("/elsewhere"))},
        {"title": Title(cs="Plán", en="Plan")},
    ],
)
def test_what_it_does_not_rest_on_is_not(changed: dict[str, Any]) -> None:
    assert mark_of(replace(FIRST, **changed)) == mark_of(FIRST)


def test_a_setting_that_is_added_has_to_be_thought_of() -> None:
    """Is it part of the mark? Then only where it is not as delivered: the version before does not know it."""
    assert {one.name for one in fields(Identity)} == {"way", "headers", "encoding", "user", "password_file"}
    assert mark_of(FIRST) == "8b3cc7a3b0f5", "other than what the version before says of the same file"
