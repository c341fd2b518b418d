"""What every template and style sheet keeps to, read from the files themselves."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

PROJECT = Path(__file__).parents[3]
TOKENS = PROJECT / "node_modules" / "@gov-design-system-ce" / "styles" / "lib" / "tokens.css"
STYLES = [*PROJECT.glob("idp/http/static/*.css"), *PROJECT.glob("gateway/web/static/*.css")]
TEMPLATES = [*PROJECT.glob("idp/http/templates/*.html"), *PROJECT.glob("gateway/web/**/*.html")]
REVIEWS = sorted(PROJECT.glob("gateway/web/access_review/**/*.html"))
POLICIES = sorted(PROJECT.glob("gateway/web/policies/**/*.html"))
REQUESTS = sorted(PROJECT.glob("gateway/web/requests/**/*.html"))
REPORT = sorted(PROJECT.glob("gateway/web/officer/templates/report*.html"))
WAITING = sorted(PROJECT.glob("gateway/web/templates/waits.html"))
OFFICER = PROJECT / "gateway/web/officer/templates"
INCIDENTS = sorted(
    [OFFICER / "entry_acts.html", *OFFICER.glob("security_*.html"), *OFFICER.glob("suspen*.html")]
)
HOLDS = sorted(OFFICER.glob("hold*.html"))
EXPORT = [OFFICER / "export.html"]
CHARTS = sorted([OFFICER / "bars.html", OFFICER / "charts.html", *OFFICER.glob("log_*.html")])
DEVICES = sorted(
    [
        *PROJECT.glob("gateway/web/portal/templates/device*.html"),
        PROJECT / "gateway/web/templates/device_parts.html",
    ]
)
CLIENTS = sorted(PROJECT.glob("gateway/web/clients/templates/*.html"))
ADMINISTERED = sorted(PROJECT.glob("gateway/web/devices/templates/*.html"))
TUNNEL = [PROJECT / "gateway/web/portal/templates/tunnel.html"]
CATALOGS = {
    "idp/http/locale/layout.cs.po": [
        PROJECT / f"idp/http/templates/{name}.html" for name in ("layout", "forms", "expiry")
    ],
    "idp/http/locale/account.cs.po": [
        PROJECT / f"idp/http/templates/{name}.html"
        for name in (
            "account",
            "account_alarm",
            "account_add",
            "account_add_key",
            "account_remove",
            "account_codes",
            "account_new_codes",
            "account_authenticators",
            "codes_left",
            "account_password",
            "own_page",
            "who",
        )
    ],
    "gateway/web/locale/access_review.cs.po": REVIEWS,
    "gateway/web/locale/administered.cs.po": ADMINISTERED,
    "gateway/web/locale/charts.cs.po": CHARTS,
    "gateway/web/locale/clients.cs.po": CLIENTS,
    "gateway/web/locale/cs.po": sorted(
        {*PROJECT.glob("gateway/web/**/*.html")}
        - {
            *REVIEWS,
            *REQUESTS,
            *POLICIES,
            *WAITING,
            *INCIDENTS,
            *REPORT,
            *HOLDS,
            *EXPORT,
            *CHARTS,
            *DEVICES,
            *ADMINISTERED,
            *CLIENTS,
            *TUNNEL,
        }
    ),
    "gateway/web/locale/devices.cs.po": DEVICES,
    "gateway/web/locale/export.cs.po": EXPORT,
    "gateway/web/locale/holds.cs.po": HOLDS,
    "gateway/web/locale/incidents.cs.po": INCIDENTS,
    "gateway/web/locale/policies.cs.po": POLICIES,
    "gateway/web/locale/requests.cs.po": REQUESTS,
    "gateway/web/locale/report.cs.po": REPORT,
    "gateway/web/locale/tunnel.cs.po": TUNNEL,
    "gateway/web/locale/waiting.cs.po": WAITING,
}

OWN_SCRIPT = re.compile(r"""<script src="\{\{ asset\('[a-z_]+\.js'\) \}\}" defer></script>""")
"""A file of ours, which the strict policy lets run; everything that stands in the page itself is forbidden."""
FORBIDDEN = re.compile(r"<script|<style|\sstyle=|\son\w+=|javascript:|\|\s*safe|https?://", re.IGNORECASE)


def relative(path):
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("template", TEMPLATES, ids=relative)
def test_a_template_has_no_inline_script_or_style_and_asks_nobody_else(template):
    assert FORBIDDEN.findall(OWN_SCRIPT.sub("", template.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("style", STYLES, ids=relative)
def test_a_style_sheet_asks_nobody_else(style):
    assert re.findall(r"url\(|@import|@font-face", style.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("style", STYLES, ids=relative)
def test_colours_are_those_of_the_state(style):
    triples = re.findall(r"rgb\((\d+), ?(\d+), ?(\d+)\)", TOKENS.read_text(encoding="utf-8"))
    of_the_state = {"#{:02x}{:02x}{:02x}".format(*map(int, triple)) for triple in triples}
    ours = set(re.findall(r"#[0-9a-f]{3,8}\b", style.read_text(encoding="utf-8")))
    assert ours - of_the_state == set()


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_text_has_its_czech_and_no_czech_is_left_over(catalog):
    wanted = {
        message
        for template in CATALOGS[catalog]
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", template)
    }
    with (PROJECT / catalog).open("rb") as file:
        translated = {message.id for message in read_po(file, locale="cs") if message.id and message.string}
    assert wanted - translated == set()
    assert translated - wanted == set()


def test_the_two_style_sheets_together_stay_small():
    assert sum(style.stat().st_size for style in STYLES) < 31_000
