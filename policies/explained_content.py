"""An explanation as data for programs. Pure."""

from typing import Any

from config.vocabulary import Language
from policies.explained import Explained, Rule, Way
from policies.model import Refused, Text
from policies.seen import Fact


def explained_content(found: Explained) -> dict[str, Any]:
    question, verdict = found.question, found.verdict
    content: dict[str, Any] = {
        "permitted": not isinstance(verdict, Refused),
        "reason": verdict.reason if isinstance(verdict, Refused) else "",
        "title": _text(verdict.title) if isinstance(verdict, Refused) else None,
        "advice": _text(verdict.advice) if isinstance(verdict, Refused) else None,
        "detail": verdict.detail if isinstance(verdict, Refused) else "",
        "version": verdict.version,
        "application": question.application,
        "municipality": question.municipality,
        "action": question.action,
        "at": question.now.isoformat(),
        "rules": [_rule(rule) for rule in found.rules],
        "facts": [_fact(fact) for fact in found.facts],
        "ways": [_way(way) for way in found.ways],
        "instead": list(found.instead),
        "closed": found.closed,
        "tried": found.tried,
        "complete": found.complete,
        "besides": [_text(words) for words in found.besides],
    }
    return content


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "effect": "forbid" if rule.forbids else "permit",
        "reason": rule.reason,
        "title": None if rule.title is None else _text(rule.title),
        "file": rule.file.as_posix(),
        "line": rule.line,
        "can_be_lifted": rule.moves,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "title": _text(fact.title),
        "value": _text(fact.value),
        "raw": fact.raw,
        "known": fact.known,
    }


def _way(way: Way) -> dict[str, Any]:
    steps = [
        {"kind": step.kind, "value": step.value, "what": _text(words.what), "how": _text(words.how)}
        for step, words in zip(way.steps, way.words, strict=True)
    ]
    return {"steps": steps, "rules": list(way.rules)}


def _text(text: Text) -> dict[str, str]:
    return {language.value: text[language] for language in Language}
