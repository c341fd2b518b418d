"""The report on the decrees as HTML: within a page of the officers, and as a document that stands by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.entry import Code, Entry
from gateway.audit.titles import sentence
from gateway.compliance.demand import TITLES, Standing
from gateway.compliance.demands import DECREES
from gateway.compliance.report import Report
from gateway.web.officer.kinds import KINDS, SESSION_OF_GATEWAY_ENDED
from gateway.web.officer.names import Names
from idp.http.moments import PRAGUE
from idp.http.page import Pages

HERE = Path(__file__).parent
LOOK = (HERE / "report_document.css", HERE.parent / "static" / "report.css")
TAGS: Mapping[Standing, str] = {
    Standing.NOT_MET: "tag-failure",
    Standing.EXCEPTIONS: "tag-refused",
    Standing.OUTSIDE: "",
    Standing.MET: "tag-success",
}
COLOURS: Mapping[Standing, str] = {
    Standing.NOT_MET: "#b32222",
    Standing.EXCEPTIONS: "#eaad08",
    Standing.OUTSIDE: "#2362a2",
    Standing.MET: "#2e7d32",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Of the bar: how many demands stand so, and where it lies in a box 100 wide."""

    standing: Standing
    number: int
    x: float
    width: float
    colour: str


def bar_of(report: Report) -> list[Part]:
    all_of_them, x, parts = max(len(report.judged), 1), 0.0, []
    for standing, number in report.numbers().items():
        width = round(100 * number / all_of_them, 3)
        parts.append(Part(standing, number, round(x, 3), width, COLOURS[standing]))
        x += width
    return parts


def context_of(report: Report, names: Names, language: Language, *, linked: bool) -> dict[str, Any]:
    """What `report_body.html` needs."""
    made = report.made
    span = {
        "since": f"{made.since.astimezone(PRAGUE):%Y-%m-%dT%H:%M}",
        "until": f"{made.until.astimezone(PRAGUE):%Y-%m-%dT%H:%M}",
    }
    return {
        "report": report,
        "linked": linked,
        "higher": made.regime == "higher",
        "decree": DECREES[made.regime],
        "titles": TITLES,
        "tags": TAGS,
        "bar": bar_of(report),
        "named_code": named_code,
        "log_of": lambda code: urlencode(
            {"code": code.value, **span, "technical": "1"}
        ),  # all that was counted
        "told": _told(names, language),
    }


def _told(names: Names, language: Language) -> Callable[[Entry], str]:
    named = partial(names.of, language=language)
    return lambda entry: sentence(entry, language, names.reasons, named)


def named_code(code: Code) -> Title:
    return KINDS.get(code, SESSION_OF_GATEWAY_ENDED)


def document_of(report: Report, pages: Pages, names: Names, language: Language) -> str:
    look = "\n".join(file.read_text(encoding="utf-8") for file in LOOK)
    return pages.render(
        "report_document.html",
        language,
        look=Markup("<style>{}</style>").format(Markup(look)),  # noqa: S704 - our own two files
        **context_of(report, names, language, linked=False),
    )
