"""Orders that somebody else ended before their time: who did, and whom the supplier asks about it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from config.vocabulary import Language
from gateway.asks.ask import Ask, Kind, Stage
from policies.model import Question, Text
from policies.moments_said import at_said

CS, EN = Language.CZECH, Language.ENGLISH

BY_SPONSOR: Text = {
    CS: "Zakázku předčasně ukončil její garant: {by}, {at}. Zda má práce pokračovat, se domluvte přímo s touto osobou.",
    EN: "Your order was ended early by its sponsor, {by}, on {at}. Ask this person whether the work is to go on.",
}
BY_ANOTHER: Text = {
    CS: "Zakázku předčasně ukončil úřad: {by}, {at}. Zda má práce pokračovat, se domluvte s garantem: {sponsor}.",
    EN: "Your order was ended early by the office: {by}, on {at}. Ask its sponsor, {sponsor}, whether the work is to "
    "go on.",
}
SPONSOR_GONE: Text = {
    CS: "Zakázka skončila ({at}), protože její garant {sponsor} už v obci nemá roli nebo funkční účet. Požádejte "
    "o novou s jiným garantem.",
    EN: "Your order ended on {at}, as its sponsor, {sponsor}, has no role there or no account that works. Ask for "
    "a new one with another sponsor.",
}


def ended_by_others(asks: Sequence[Ask], now: datetime) -> list[Ask]:
    """As long as they would have run; the latest ended first."""
    found = [
        (one.ended.at, one)
        for one in asks
        if one.kind is Kind.ORDER
        and one.approved
        and one.stage in (Stage.WITHDRAWN, Stage.SPONSOR_GONE)
        and now < one.until
        and one.ended is not None
        and one.sponsor is not None
        and one.ended.by.subject != one.holder.subject
    ]
    return [one for _, one in sorted(found, key=lambda each: each[0], reverse=True)]


def who_ended(order: Ask) -> Text:
    """To the supplier, in two sentences. `order`: one of `ended_by_others`."""
    assert order.ended is not None
    assert order.sponsor is not None
    by, at, sponsor = order.ended.by, order.ended.at, order.sponsor
    words = BY_SPONSOR if by.subject == sponsor.subject else BY_ANOTHER
    if order.stage is Stage.SPONSOR_GONE:
        words = SPONSOR_GONE
    return {
        language: words[language].format(by=by.name, at=at_said(at, language), sponsor=sponsor.name)
        for language in Language
    }


def with_who_ended(
    advice: Mapping[Language, str], asks: Sequence[Ask], question: Question
) -> dict[Language, str]:
    """The advice of a refusal, told first who ended the order by which this was permitted."""
    ended = [
        one
        for one in ended_by_others(asks, question.now)
        if (one.application, one.municipality) == (question.application, question.municipality)
        and one.since <= question.now
        and question.action in one.actions
    ]
    if not ended:
        return dict(advice)
    told = who_ended(ended[0])
    return {language: f"{told[language]} {advice[language]}" for language in Language}
