from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from config.vocabulary import Language
from idp.http.assets import AssetUnknown
from idp.http.page import LANGUAGE_COOKIE, Assets, Office, Pages, in_language

PAGE = """{% extends "layout.html" %}{% block title %}T{% endblock %}
{% block content %}<p>{{ text }}</p>{% endblock %}"""


STYLE = (Path(__file__).parents[3] / "idp/http/static/style.css").read_text(encoding="utf-8")


def make(folder: Path, page: str = PAGE) -> Pages:
    (folder / "page.html").write_text(page, encoding="utf-8")
    return Pages([folder], [], Office("Město <Kroměříž>"), domain="brana.test", assets=Assets())


@settings(deadline=None)  # the first example reads the templates
@given(text=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_what_a_page_shows_stays_text(tmp_path_factory, text):
    shown = make(tmp_path_factory.getbasetemp()).render("page.html", Language.CZECH, text=text)
    inside = shown.partition("<p>")[2].partition("</p>")[0]
    assert not set(inside) & {"<", ">", '"', "'"}


def test_the_name_of_the_office_stays_text(tmp_path):
    shown = make(tmp_path).render("page.html", Language.CZECH, text="")
    assert "Město &lt;Kroměříž&gt;" in shown


def test_a_name_that_was_not_passed_is_an_error(tmp_path):
    with pytest.raises(UndefinedError):
        make(tmp_path).render("page.html", Language.CZECH)


def test_an_asset_that_does_not_exist_is_an_error(tmp_path):
    pages = make(tmp_path, "{{ asset('nothing.css') }}")
    with pytest.raises(AssetUnknown, match=r"nothing\.css"):
        pages.render("page.html", Language.CZECH)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)), st.sampled_from(Language))
def test_the_language_switch_keeps_the_rest_of_the_address(query, language):
    here = "/log?" + urlencode(query)
    switched = dict(parse_qsl(in_language(here, language).removeprefix("?"), keep_blank_values=True))
    assert switched == {**query, "lang": language.value}


@pytest.fixture
async def client(tmp_path):
    pages = make(tmp_path)

    async def answer(request: web.Request) -> web.Response:
        return pages.respond(request, "page.html", text="", form_targets=["https://portal.brana.test"])

    app = web.Application()
    app.router.add_get("/", answer)
    pages.assets.add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "cookie", "accept", "language"),
    [
        ("/", "", "", "cs"),
        ("/", "", "en", "en"),
        ("/", "cs", "en", "cs"),
        ("/?lang=en", "cs", "cs", "en"),
        ("/?lang=xx", "en", "cs", "en"),
        ("/?lang=<b>", "zz", "de", "cs"),
    ],
)
async def test_language_is_what_was_asked_then_kept_then_preferred(client, path, cookie, accept, language):
    headers = {"Accept-Language": accept, "Cookie": f"{LANGUAGE_COOKIE}={cookie}"}
    answer = await client.get(path, headers=headers)
    assert f'<html lang="{language}">' in await answer.text()


@pytest.mark.real
async def test_a_language_that_was_asked_for_is_kept_for_every_host_of_the_domain(client):
    cookie = (await client.get("/?lang=en")).headers["Set-Cookie"]
    for attribute in (
        f"{LANGUAGE_COOKIE}=en",
        "Domain=brana.test",
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    ):
        assert attribute in cookie


@pytest.mark.real
async def test_a_language_that_was_not_asked_for_is_not_kept(client):
    assert "Set-Cookie" not in (await client.get("/", headers={"Accept-Language": "en"})).headers


@pytest.mark.real
async def test_a_page_may_load_nothing_but_our_styles_and_images(client):
    headers = (await client.get("/")).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self' https://portal.brana.test; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.real
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_style_sheet_is_served_as_it_is_on_disk(client, encoding):
    answer = await client.get(Assets().address("style.css"), headers={"Accept-Encoding": encoding})
    assert await answer.text() == STYLE
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert answer.headers["Cache-Control"].endswith("immutable")


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["style.css", "style.0.css", "other.0000000000000000.css", "..%2fpage.py", "%2e%2e"]
)
async def test_a_file_is_served_by_a_name_with_a_digest_only(client, name):
    assert (await client.get(f"/.brana/static/{name}")).status == 404


@pytest.mark.real
async def test_a_file_as_another_version_calls_it_is_ours_and_not_to_be_kept(client):
    answer = await client.get("/.brana/static/style.0000000000000000.css")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert await answer.text() == STYLE
