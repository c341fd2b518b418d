"""The report for programs: one JSON text in one language."""

import json
from typing import Any

from config.vocabulary import Language
from gateway.compliance.demand import TITLES
from gateway.compliance.demands import DECREES
from gateway.compliance.report import Judged, Report

FORMAT = 1


def as_json(report: Report, language: Language) -> str:
    made = report.made
    told = {
        "format": FORMAT,
        "regime": made.regime,
        "decree": DECREES[made.regime].in_language(language),
        "office": made.office,
        "version": made.version,
        "made": made.at.isoformat(timespec="seconds"),
        "by": made.by,
        "since": made.since.isoformat(timespec="seconds"),
        "until": made.until.isoformat(timespec="seconds"),
        "log": None if made.sealed is None else {"size": made.sealed.size, "root": made.sealed.root.hex()},
        "numbers": {each.value: number for each, number in report.numbers().items()},
        "demands": [_judged(one, language) for one in report.judged],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _judged(one: Judged, language: Language) -> dict[str, Any]:
    return {
        "id": one.demand.id,
        "section": one.demand.section,
        "title": one.demand.title.in_language(language),
        "asks": one.demand.asks.in_language(language),
        "how": one.how.in_language(language),
        "standing": one.standing.value,
        "standing_title": TITLES[one.standing].in_language(language),
        "findings": [
            {
                "weight": each.weight.value,
                "said": each.said.in_language(language),
                **({"setting": each.setting} if each.setting else {}),
                **({"write": each.write} if each.write else {}),
            }
            for each in one.findings
        ],
        "evidence": [
            {"code": code.value, "number": tally.count.number, "at_least": tally.count.at_least}
            for code, tally in one.evidence
        ],
        "newest": [
            {"sequence": each.sequence, "at": each.entry.at.isoformat(), "code": each.entry.code.value}
            for each in one.newest
        ],
    }
