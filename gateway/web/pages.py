"""The pages of this room: templates, Czech texts, style, and moments in Prague."""

import re
from datetime import date
from pathlib import Path

from babel.dates import format_date
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from config.places import Places
from config.vocabulary import Language
from idp.http.page import Assets, Office, Pages

HERE = Path(__file__).parent
ONE_LETTER = re.compile(r"\b([aikosuvz]) (?=\w)", re.IGNORECASE)
DAYS = {Language.CZECH: "d. M. y", Language.ENGLISH: "d MMM y"}
HYPHENATED = re.compile(r"\w+(?:-\w+)+")


def unbroken(text: str) -> Markup:
    """`{{ title | unbroken }}`: no line ends within "sign-in", nor behind a word of one letter (ČSN 01 6910)."""
    bound = ONE_LETTER.sub("\\1\u00a0", str(escape(text)))
    return Markup(HYPHENATED.sub(r'<span class="unbroken">\g<0></span>', bound))  # noqa: S704


@pass_context
def day(context: Context, value: date) -> Markup:
    """`{{ one.last_day | day }}`: a `time` element without a clock."""
    language = context["language"]
    text = format_date(value, DAYS[language], locale=language.value)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def make_pages(
    office_name: str,
    domain: str,
    default_language: Language = Language.CZECH,
    *,
    places: Places | None = None,
    account: str,
    support: str | None = None,
) -> Pages:
    """Pages of the portal, the officers and the refusals. Reads everything once; raises CatalogUnusable."""
    return Pages(
        [
            HERE / "templates",
            *(
                HERE / room / "templates"
                for room in (
                    "portal",
                    "officer",
                    "requests",
                    "policies",
                    "access_review",
                    "devices",
                    "clients",
                )
            ),
        ],
        [HERE / "locale"],
        Office(office_name, support),
        domain=domain,
        assets=Assets([HERE / "static"]),
        default_language=default_language,
        filters={"unbroken": unbroken, "day": day},
        places=places,
        account=account,
    )
