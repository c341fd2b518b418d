"""What Envoy says of a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.streams.stream import (
    ADDRESS,
    DECIDED,
    FRESH,
    MARK,
    REQUEST,
    ROUTE,
    THUMBPRINT,
    NotFromEnvoy,
    read_stream,
)

SAID = {ROUTE: "map - read", REQUEST: "r1", ADDRESS: "192.0.2.1", FRESH: "sid.7 588296", DECIDED: "-"}


def test_a_fresh_grant_says_who_and_for_which_municipality() -> None:
    found = read_stream(SAID)
    assert (found.session, found.revocation_id, found.municipality) == ("sid", "sid.7", "588296")
    assert (found.application, found.action, found.address) == ("map", "read", "192.0.2.1")
    assert read_stream(SAID | {FRESH: "sid.7=g1=p1=clerks-read 588296"}) == found


def test_a_route_of_a_fleets_node_says_by_which_settings_it_was_made() -> None:
    assert read_stream(SAID).mark == read_stream(SAID | {MARK: "-"}).mark == ""
    assert read_stream(SAID | {MARK: "0f25"}).mark == "0f25"


def test_the_certificate_of_its_connection_is_known_by_its_thumbprint() -> None:
    assert read_stream(SAID).thumbprint == read_stream(SAID | {THUMBPRINT: "-"}).thumbprint == ""
    assert read_stream(SAID | {THUMBPRINT: "0f" * 32}).thumbprint == "0f" * 32


@pytest.mark.parametrize("unsaid", ["-", ""])
def test_so_does_a_decision_where_there_was_none(unsaid: str) -> None:
    found = read_stream(SAID | {FRESH: unsaid, DECIDED: "map 588458 sid.8 epoch own ,read,"})
    assert (found.session, found.revocation_id, found.municipality) == ("sid", "sid.8", "588458")


@pytest.mark.parametrize(
    "changed",
    [
        {FRESH: "-"},
        {FRESH: "sid 588296"},
        {FRESH: "sid.7 "},
        {FRESH: "sid.7 588296 more"},
        {ROUTE: ""},
        {ROUTE: "map read"},
        {ADDRESS: "-"},
        {ADDRESS: ""},
    ],
)
def test_what_is_missing_or_odd_is_nobody_s_stream(changed: dict[str, str]) -> None:
    with pytest.raises(NotFromEnvoy):
        read_stream(SAID | changed)


@given(st.dictionaries(st.sampled_from(sorted(SAID)), st.text(max_size=40)))
def test_any_other_words_are_a_stream_with_a_session_or_none(said: dict[str, str]) -> None:
    try:
        found = read_stream(said)
    except NotFromEnvoy:
        return
    assert found.session
    assert found.municipality
    assert found.revocation_id.startswith(f"{found.session}.")
