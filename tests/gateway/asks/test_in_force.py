from dataclasses import replace

from gateway.asks.ask import AskId, Kind, Stage
from gateway.asks.in_force import InForce
from tests.gateway.asks.town import DAY, EVA, HOUR, JANA, NOW, PAVEL, approved, ask

ACCESS, ORDER = approved(ask()), approved(ask(Kind.ORDER, PAVEL), EVA)


def test_what_the_database_has_is_known_by_whom_it_lets_do_something():
    memory = InForce()
    assert memory.take([ACCESS, ORDER, ask(Kind.PURPOSE, stage=Stage.WITHDRAWN)], NOW) == {
        JANA.subject,
        PAVEL.subject,
    }
    assert (memory.of(JANA.subject), memory.of(EVA.subject), len(memory)) == ((ACCESS,), (), 2)


def test_what_waits_is_known_apart_until_it_is_decided_or_over():
    memory = InForce()
    older, newer = ask(), replace(ask(), id=AskId("newer"), asked_at=NOW + HOUR / 2, until=NOW + DAY)
    assert memory.take([], NOW, [older, newer, ACCESS]) == frozenset()
    assert (memory.waiting(JANA.subject, NOW), memory.of(JANA.subject)) == ([newer, older], ())
    assert memory.waiting(EVA.subject, NOW) == []
    assert memory.waiting(JANA.subject, older.until) == [newer]
    memory.put(approved(newer), NOW)
    memory.put(replace(older, stage=Stage.WITHDRAWN), NOW)
    assert memory.waiting(JANA.subject, NOW) == []


def test_only_whose_matter_another_changed_is_told():
    memory = InForce()
    memory.take([ACCESS, ORDER], NOW)
    assert memory.take([ACCESS, ORDER], NOW) == frozenset()
    assert memory.take([ACCESS], NOW) == {PAVEL.subject}
    assert memory.take([replace(ACCESS, needed=2)], NOW) == {JANA.subject}


def test_what_time_ended_is_no_news():
    memory = InForce()
    memory.take([ACCESS], NOW)
    assert memory.take([], NOW + HOUR) == frozenset()


def test_what_was_changed_here_is_known_at_once_and_no_news_when_the_database_tells_it():
    memory = InForce()
    memory.take([ACCESS, ORDER], NOW)
    ended = replace(ACCESS, stage=Stage.WITHDRAWN)
    memory.put(ended, NOW)
    assert memory.of(JANA.subject) == ()
    assert memory.take([ORDER], NOW) == frozenset()


def test_what_is_over_is_forgotten_with_the_next_change():
    memory = InForce()
    memory.put(ACCESS, NOW)
    memory.put(replace(ORDER, until=NOW + DAY), NOW + HOUR)
    assert memory.of(JANA.subject) == ()
    assert len(memory) == 1


def test_a_use_stays_known_until_it_is_reviewed():
    memory = InForce()
    use = ask(Kind.EMERGENCY)
    memory.put(use, NOW + 5 * DAY)
    assert memory.of(JANA.subject) == (use,)
