"""Who ended an order before its time, as its supplier is told."""

from dataclasses import replace

from config.vocabulary import Language
from gateway.asks.ask import Ask, Kind
from gateway.asks.ended_orders import ended_by_others, who_ended
from gateway.asks.office import HERSELF
from gateway.asks.steps import lose_sponsor, withdraw
from gateway.asks.wish import party
from tests.gateway.asks.town import EVA, HOUR, NOW, PAVEL, PETR, approved, ask

CS, EN = Language.CZECH, Language.ENGLISH
ORDER = approved(ask(Kind.ORDER, PAVEL, until=NOW + HOUR), EVA)


def told(ended: Ask) -> dict[Language, str]:
    (found,) = ended_by_others([ORDER, ended], NOW)
    return dict(who_ended(found))


def test_a_supplier_is_told_that_the_sponsor_ended_it_when_and_whom_to_ask() -> None:
    ended = told(withdraw(ORDER, party(EVA), NOW, decides=False))
    assert ended[CS].startswith("Zakázku předčasně ukončil její garant: Mala.Eva, 23. 11. 2026 v 10:00. ")
    assert "ended early by its sponsor, Mala.Eva, on 23 Nov 2026 at 10:00. Ask this person" in ended[EN]


def test_of_what_the_office_ended_the_sponsor_is_asked() -> None:
    ended = told(withdraw(ORDER, party(PETR), NOW, decides=True))
    assert "by the office: Dvorak.Petr, on" in ended[EN]
    assert "Ask its sponsor, Mala.Eva," in ended[EN]


def test_a_sponsor_who_is_gone_is_told_as_that() -> None:
    ended = told(lose_sponsor(ORDER, HERSELF, NOW))
    assert "its sponsor, Mala.Eva, has no role there or no account that works" in ended[EN]
    assert "system" not in ended[EN]


def test_what_a_supplier_ended_or_what_would_be_over_is_not_told() -> None:
    own = withdraw(ORDER, party(PAVEL), NOW, decides=False)
    over = withdraw(ORDER, party(EVA), NOW, decides=False)
    unconfirmed = withdraw(replace(ask(Kind.ORDER, PAVEL)), party(EVA), NOW, decides=False)
    assert ended_by_others([own, unconfirmed, ORDER], NOW) == []
    assert ended_by_others([over], over.until) == []
