"""Who waits for the answer, by what browsers and programs really send."""

import pytest
from multidict import CIMultiDict

from gateway.authorize.asker import Asker, Sent, asker, form_sent

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
URLENCODED = "application/x-www-form-urlencoded"
HOST = "spisovka.brana.test:8443"
OWN = {"Host": HOST, "Origin": f"https://{HOST}"}
NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": HTML}

SENT_BY = [
    ("a link", "GET", NAVIGATES, Asker.PAGE),
    ("a link to a file", "GET", NAVIGATES | {"Sec-Fetch-User": "?1"}, Asker.PAGE),
    ("a form", "POST", NAVIGATES | {"Content-Type": URLENCODED}, Asker.FORM),
    (
        "a form with files",
        "POST",
        NAVIGATES | {"Content-Type": "multipart/form-data; boundary=x"},
        Asker.FORM,
    ),
    ("a frame", "GET", NAVIGATES | {"Sec-Fetch-Dest": "iframe"}, Asker.FRAME),
    ("an embedded document", "GET", NAVIGATES | {"Sec-Fetch-Dest": "embed"}, Asker.FRAME),
    ("fetch()", "GET", {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "*/*"}, Asker.PROGRAM),
    ("fetch() for a page", "GET", {"Sec-Fetch-Mode": "same-origin", "Accept": HTML}, Asker.PROGRAM),
    ("an image", "GET", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, Asker.PROGRAM),
    ("a prefetch", "GET", NAVIGATES | {"Sec-Purpose": "prefetch;prerender"}, Asker.PROGRAM),
    ("a browser of 2015", "GET", {"Accept": HTML}, Asker.PAGE),
    ("its form", "POST", {"Accept": HTML, "Content-Type": URLENCODED}, Asker.FORM),
    ("its XMLHttpRequest", "GET", {"Accept": "*/*"}, Asker.PROGRAM),
    ("jQuery", "POST", {"Accept": HTML, "X-Requested-With": "XMLHttpRequest"}, Asker.PROGRAM),
    ("a script that sends JSON", "POST", {"Accept": HTML, "Content-Type": "application/json"}, Asker.PROGRAM),
    ("SOAP", "POST", {"Accept": "text/html, text/xml", "Content-Type": "text/xml"}, Asker.PROGRAM),
    ("EventSource", "GET", {"Accept": "text/event-stream"}, Asker.PROGRAM),
    ("a web socket", "GET", {"Upgrade": "websocket", "Sec-Fetch-Mode": "websocket"}, Asker.PROGRAM),
    ("a web socket of 2015", "GET", {"Upgrade": "websocket", "Accept": HTML}, Asker.PROGRAM),
    ("curl", "GET", {"Accept": "*/*", "User-Agent": "curl/8.5.0"}, Asker.PROGRAM),
    ("nothing said", "GET", {}, Asker.PROGRAM),
    ("WebDAV", "PROPFIND", {"Accept": HTML}, Asker.PROGRAM),
    ("a client with a token", "GET", {"Accept": HTML, "Authorization": "Bearer x"}, Asker.PROGRAM),
    (
        "a page of an application with accounts of its own",
        "GET",
        NAVIGATES | {"Authorization": "Basic x"},
        Asker.PAGE,
    ),
]


@pytest.mark.parametrize(("name", "method", "headers", "who"), SENT_BY, ids=[one[0] for one in SENT_BY])
def test_who_asks_is_told_by_what_was_sent(
    name: str, method: str, headers: dict[str, str], who: Asker
) -> None:
    assert asker(method, CIMultiDict(headers)) is who


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"x-brana-content-length": "120"}, Sent(120)),
        ({"x-brana-content-length": "-"}, Sent(None)),
        ({"x-brana-content-length": "\u0661"}, Sent(None)),
        ({"Origin": "https://evil.test"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
        ({"Sec-Fetch-Site": "same-origin", "Origin": f"https://{HOST}"}, Sent(None)),
        ({"Content-Type": "application/json", "Sec-Fetch-Mode": "cors"}, None),
    ],
)
def test_a_form_is_one_that_a_page_of_the_same_host_sent(headers: dict[str, str], sent: Sent | None) -> None:
    assert form_sent("POST", CIMultiDict({**NAVIGATES, "Content-Type": URLENCODED, **OWN, **headers})) == sent
