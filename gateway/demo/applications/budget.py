"""Budget viewer: income and expenses of one municipality by chapter, as a table and a chart drawn on the server."""

import random
from dataclasses import dataclass

from aiohttp import web

from config.vocabulary import Language
from gateway.demo.applications.shell import LANGUAGE, PAGE, Setup, allowed, application, run

TITLES = {Language.CZECH: "Rozpočet", Language.ENGLISH: "Budget"}
YEAR = 2026

# chapter, its share of the whole in percent; names after the budget classification (decree 412/2021)
INCOME = (
    ("Daň z příjmů fyzických osob", "Personal income tax", 22),
    ("Daň z příjmů právnických osob", "Corporate income tax", 20),
    ("Daň z přidané hodnoty", "Value added tax", 34),
    ("Daň z nemovitých věcí", "Property tax", 6),
    ("Místní poplatky", "Local fees", 5),
    ("Přijaté dotace", "Grants received", 13),
)
EXPENSES = (
    ("Místní komunikace", "Local roads", 18),
    ("Školství a mateřské školy", "Schools and kindergartens", 22),
    ("Kultura a knihovny", "Culture and libraries", 8),
    ("Nakládání s odpady", "Waste", 11),
    ("Veřejné osvětlení a zeleň", "Street lighting and greenery", 9),
    ("Požární ochrana", "Fire protection", 5),
    ("Sociální služby", "Social services", 7),
    ("Činnost místní správy", "Local administration", 20),
)
PER_MUNICIPALITY = (9_000, 16_000)  # thousands of crowns
LARGER = {"588296": 62.0, "588491": 13.0, "588512": 9.0, "588601": 6.0, "588768": 6.0}
SPREAD = 0.25  # how far a chapter's share may stray from the usual

BAR, ROW, WIDE = 14, 48, 400  # of the chart, in units of its view box; the label of a bar stands above it
LABEL = 18


@dataclass(frozen=True, slots=True)
class Line:
    """One chapter; `planned` and `actual` in thousands of crowns."""

    name_cs: str
    name_en: str
    planned: int
    actual: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the chart, in view box units."""

    y: int
    width: float
    planned_width: float
    line: Line


def chapters(code: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Income and expenses of a municipality; the same code always has the same budget."""
    chance = random.Random(f"{code}/{YEAR}")  # noqa: S311 - sample data
    whole = chance.randint(*PER_MUNICIPALITY) * LARGER.get(code, 1.0)
    return _lines(INCOME, whole, chance), _lines(EXPENSES, whole * 0.97, chance)


def _lines(usual: tuple[tuple[str, str, int], ...], whole: float, chance: random.Random) -> tuple[Line, ...]:
    lines = []
    for name_cs, name_en, share in usual:
        planned = round(whole * share / 100 * chance.uniform(1 - SPREAD, 1 + SPREAD))
        lines.append(Line(name_cs, name_en, planned, round(planned * chance.uniform(0.55, 0.98))))
    return tuple(lines)


def bars(lines: tuple[Line, ...]) -> list[Bar]:
    largest = max(max(line.planned, line.actual) for line in lines)
    return [
        Bar(
            number * ROW + LABEL + 6,
            round(line.actual / largest * (WIDE - 2), 1),
            round(line.planned / largest * (WIDE - 2), 1),
            line,
        )
        for number, line in enumerate(lines)
    ]


def crowns(thousands: int, language: Language) -> str:
    """`1 234 tis. Kč` with no-break spaces, or `CZK 1,234 thousand`."""
    if language is Language.CZECH:
        return f"{thousands:,}".replace(",", "\u00a0") + "\u00a0tis.\u00a0Kč"
    return f"CZK\u00a0{thousands:,}\u00a0thousand"


async def show(request: web.Request) -> web.Response:
    who = allowed(request, "read")
    language = request[LANGUAGE]
    income, expenses = chapters(who.municipality)
    words = {
        "income": "Příjmy" if language is Language.CZECH else "Income",
        "expenses": "Výdaje" if language is Language.CZECH else "Expenses",
    }
    return request.app[PAGE](
        request,
        "budget.html",
        year=YEAR,
        sides=[
            {"id": side, "title": words[side], "lines": lines, "bars": bars(lines)}
            for side, lines in (("income", income), ("expenses", expenses))
        ],
        planned=lambda lines: sum(line.planned for line in lines),
        actual=lambda lines: sum(line.actual for line in lines),
        crowns=lambda thousands: crowns(thousands, language),
        sizes={"bar": BAR, "row": ROW, "wide": WIDE},
    )


def build(setup: Setup) -> web.Application:
    app = application(setup, TITLES, ("budget.css",))
    app.router.add_get("/", show)
    return app


if __name__ == "__main__":
    run("budget", build)
