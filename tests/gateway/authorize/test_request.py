from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from config.vocabulary import Action, Language
from gateway.authorize.request import NotFromEnvoy, read_request

HEADERS = {
    "x-brana-route": "records 588491 read",
    "Host": "spisovka-588491.brana.test:8443",
    "x-brana-client-address": "192.0.2.7",
    "x-request-id": "request-1",
}


def read(changed: Mapping[str, str | None] | None = None, method: str = "GET", cookies: str = ""):
    headers = CIMultiDict({k: v for k, v in (HEADERS | dict(changed or {})).items() if v is not None})
    return read_request(method, "/a/b?q=1", headers, cookies, Language.CZECH)


def test_the_route_says_what_is_asked_and_the_path_nothing() -> None:
    request = read({"x-brana-route": "audit - administer"})
    assert (request.application, request.municipality, request.action) == ("audit", None, Action.ADMINISTER)
    assert request.route is None
    assert read({"x-brana-route": "audit - read@reports"}).route == "reports"
    assert request.path == "/a/b"
    assert request.target == "/a/b?q=1"


@pytest.mark.parametrize(("said", "mark"), [(None, None), ("-", None), ("", None), ("0f25", "0f25")])
def test_a_route_of_a_fleets_node_says_by_which_settings_it_was_made(
    said: str | None, mark: str | None
) -> None:
    assert read({"x-brana-mark": said}).mark == mark


@pytest.mark.parametrize("missing", list(HEADERS))
def test_a_question_without_what_envoy_always_sends_is_not_from_envoy(missing: str) -> None:
    with pytest.raises(NotFromEnvoy):
        read({missing: None})


@pytest.mark.parametrize("route", ["", "records", "records 588491", "records 588491 fly", "a b c d"])
def test_a_route_of_another_form_is_refused(route: str) -> None:
    with pytest.raises(NotFromEnvoy):
        read({"x-brana-route": route})


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40))
def test_no_route_text_brings_anything_but_a_request_or_a_refusal(route: str) -> None:
    try:
        request = read({"x-brana-route": route})
    except NotFromEnvoy:
        return
    assert len(route.split(" ")) == 3
    assert request.action in list(Action)


def test_a_page_within_a_page_is_told_apart() -> None:
    framed = read({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"})
    assert framed.page_load
    assert framed.framed
    assert not read({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}).framed


@pytest.mark.parametrize(
    ("said", "rpc"),
    [
        ("application/grpc", True),
        ("Application/gRPC+proto", True),
        ("application/grpc; charset=utf-8", True),
        ("application/grpc-web", False),
        ("application/grpc-web+proto", False),
        ("application/json", False),
        (None, False),
    ],
)
def test_a_grpc_client_is_known_by_what_it_sends(said: str | None, rpc: bool) -> None:
    assert read({"Content-Type": said}, "POST").rpc is rpc


@pytest.mark.parametrize(
    ("headers", "cookies", "language"),
    [
        ({}, "", Language.CZECH),
        ({"Accept-Language": "en-GB,en;q=0.9"}, "", Language.ENGLISH),
        ({"Accept-Language": "de, en;q=0.3, cs;q=0.5"}, "", Language.CZECH),
        ({"Accept-Language": "en"}, "brana-language=cs", Language.CZECH),
        ({"Accept-Language": "en"}, "brana-language=xx", Language.ENGLISH),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers(
    headers: dict[str, str], cookies: str, language: Language
) -> None:
    assert read(headers, cookies=cookies).language is language


OWN = "https://spisovka-588491.brana.test:8443"


@pytest.mark.parametrize(
    ("method", "referer", "page"),
    [
        ("GET", f"{OWN}/from", "/a/b?q=1"),
        ("HEAD", None, "/a/b?q=1"),
        ("POST", f"{OWN}/spisy?id=5", "/spisy?id=5"),
        ("POST", f"{OWN}/", "/"),
        ("POST", OWN, "/"),
        ("POST", None, "/"),
        ("POST", "https://evil.test/spisy", "/"),
        ("POST", f"{OWN}.evil.test/spisy", "/"),
        ("POST", f"{OWN}@evil.test/", "/"),
        ("POST", "http://spisovka-588491.brana.test:8443/spisy", "/"),
    ],
)
def test_a_form_is_come_back_from_to_the_page_it_stood_on(
    method: str, referer: str | None, page: str
) -> None:
    assert read({"Referer": referer}, method).page == page
