"""The laws of the watch, by the clock of the test."""

import msgspec

from gateway.streams.stream import Stream
from gateway.streams.watch import AGAIN, SETTLE, Watch
from gateway.streams.words import Answer, Question

GRACE = 60.0
MOST = 3


def stream(session: str = "s", generation: int = 1) -> Stream:
    return Stream(
        session=session,
        revocation_id=f"{session}.{generation}",
        application="map",
        municipality="588296",
        action="read",
        address="192.0.2.1",
        request_id="r",
    )


def yes(question: Question, seconds: float = 300.0, generation: int = 1) -> Answer:
    return Answer(
        number=question.number,
        turn=question.turn,
        allowed=True,
        seconds=seconds,
        revocation_id=f"{question.stream.session}.{generation}",
    )


def no(question: Question) -> Answer:
    return Answer(number=question.number, turn=question.turn, allowed=False, reason="idle")


def opened_and_allowed() -> tuple[Watch, int]:
    watch = Watch(GRACE, MOST)
    number = watch.opened(stream(), 0.0)
    (question,) = watch.to_ask(SETTLE)
    assert question.first
    assert watch.answered(yes(question), SETTLE)
    return watch, number


def test_a_stream_is_asked_about_soon_after_it_began_and_then_when_the_yes_runs_out() -> None:
    watch = Watch(GRACE, MOST)
    watch.opened(stream(), 0.0)
    assert watch.to_ask(SETTLE - 0.01) == []
    (question,) = watch.to_ask(SETTLE)
    watch.answered(yes(question, seconds=10.0), 1.0)
    assert watch.to_ask(10.9) == []
    (again,) = watch.to_ask(11.0)
    assert not again.first


def test_a_stream_that_ended_is_not_asked_about() -> None:
    watch = Watch(GRACE, MOST)
    watch.closed(watch.opened(stream(), 0.0))
    assert watch.to_ask(1_000.0) == []
    assert len(watch) == 0


def test_a_question_without_an_answer_is_asked_again() -> None:
    watch = Watch(GRACE, MOST)
    watch.opened(stream(), 0.0)
    (first,) = watch.to_ask(1.0)
    assert watch.to_ask(1.0 + AGAIN / 2) == []
    assert watch.to_ask(1.0 + AGAIN) == [first]


def test_a_revocation_asks_at_once_about_the_streams_that_rest_on_it_and_no_others() -> None:
    watch = Watch(GRACE, MOST)
    mine, _ = watch.opened(stream("a"), 0.0), watch.opened(stream("b"), 0.0)
    for question in watch.to_ask(1.0):
        watch.answered(yes(question), 1.0)
    watch.revoked(["a.1", "a.2", "c.1"], 2.0)
    assert [one.number for one in watch.to_ask(2.0)] == [mine]


def test_after_a_yes_a_stream_rests_on_what_that_rests_on() -> None:
    watch, number = opened_and_allowed()
    watch.revoked(["s.1"], 1.0)
    (question,) = watch.to_ask(1.0)
    watch.answered(yes(question, generation=2), 1.0)
    watch.revoked(["s.1"], 2.0)
    assert watch.to_ask(2.0) == []
    watch.revoked(["s.2"], 3.0)
    assert [one.number for one in watch.to_ask(3.0)] == [number]


def test_a_yes_from_before_a_revocation_is_worth_nothing() -> None:
    watch, _ = opened_and_allowed()
    watch.revoked(["s.1"], 1.0)
    (before,) = watch.to_ask(1.0)
    watch.revoked(["s.1"], 1.1)
    (after,) = watch.to_ask(1.1)
    assert watch.answered(yes(before), 1.2)
    assert watch.to_ask(1.1 + AGAIN) == [after]
    assert not watch.answered(no(after), 1.3)


def test_a_no_ends_a_stream_whenever_it_was_asked_for() -> None:
    watch, _ = opened_and_allowed()
    watch.revoked(["s.1"], 1.0)
    (before,) = watch.to_ask(1.0)
    watch.revoked(["s.1"], 1.1)
    assert not watch.answered(no(before), 1.2)


def test_doubt_keeps_a_stream_for_the_grace_counted_from_the_first_question_without_an_answer() -> None:
    watch, number = opened_and_allowed()
    watch.to_ask(SETTLE + 300.0)
    for later in range(301, 359):
        watch.to_ask(SETTLE + later)
    assert watch.in_doubt_too_long(SETTLE + 300.0 + GRACE - 0.01) == []
    assert watch.in_doubt_too_long(SETTLE + 300.0 + GRACE) == [number]


def test_a_revocation_that_nobody_can_judge_is_doubt_too() -> None:
    watch, number = opened_and_allowed()
    watch.revoked(["s.1"], 10.0)
    assert watch.in_doubt_too_long(10.0 + GRACE) == [number]


def test_while_a_yes_holds_nothing_is_in_doubt() -> None:
    watch, _ = opened_and_allowed()
    assert watch.in_doubt_too_long(SETTLE + 299.0) == []


def test_a_control_plane_that_is_back_is_asked_about_everything() -> None:
    watch, number = opened_and_allowed()
    watch.everything(5.0)
    assert [one.number for one in watch.to_ask(5.0)] == [number]


def test_a_session_has_no_more_streams_than_it_may_and_others_have_their_own() -> None:
    watch = Watch(GRACE, MOST)
    opened = [watch.opened(stream(), 0.0) for _ in range(MOST)]
    assert watch.opened(stream(generation=2), 0.0) is None
    assert len(watch) == MOST
    assert watch.opened(stream("t"), 0.0) is not None
    for _ in range(2):  # an end may be told twice
        watch.closed(opened[0] or 0)
    assert watch.opened(stream(), 0.0) is not None
    assert watch.opened(stream(), 0.0) is None


def test_an_answer_about_a_stream_that_is_gone_changes_nothing() -> None:
    watch = Watch(GRACE, MOST)
    number = watch.opened(stream(), 0.0)
    (question,) = watch.to_ask(1.0)
    watch.closed(number)
    assert watch.answered(yes(question), 1.0)
    assert watch.answered(no(question), 1.0)
    assert len(watch) == 0


def test_what_no_route_asks_for_any_more_has_to_end_and_is_told_of() -> None:
    watch, number = opened_and_allowed()
    assert watch.gone([("map", "write"), ("records", "read")]) == []
    (over,) = watch.gone([("map", "read")])
    assert (over.number, over.gone, over.stream) == (number, True, stream())


def test_of_an_application_with_other_settings_it_is_asked_by_those() -> None:
    watch, number = opened_and_allowed()
    watch.marked({"records": "r2"}, 10.0)
    assert watch.to_ask(10.0) == []
    watch.marked({"map": "m2"}, 10.0)
    (question,) = watch.to_ask(10.0)
    assert (question.number, question.stream.mark, question.gone) == (number, "m2", False)


def test_a_stream_that_rests_on_a_device_is_asked_about_when_either_is_revoked() -> None:
    watch, number = opened_and_allowed()
    watch.revoked(["s.1"], 1.0)
    (question,) = watch.to_ask(1.0)
    watch.answered(msgspec.structs.replace(yes(question, generation=2), device="~d.4"), 1.0)
    watch.revoked(["s.1", "~d.3"], 2.0)
    assert watch.to_ask(2.0) == []
    watch.revoked(["~d.4"], 3.0)
    (question,) = watch.to_ask(3.0)
    watch.answered(yes(question, generation=2), 3.0)
    watch.revoked(["~d.4"], 4.0)  # it rests on it no more
    assert watch.to_ask(4.0) == []
    watch.revoked(["s.2"], 5.0)
    assert len(watch.to_ask(5.0)) == 1
    watch.closed(number)
    assert watch._under == {}
