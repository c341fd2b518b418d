"""What waits for a runner, and what the answer to a question stands for."""

from idp.directory.connection import Connection
from idp.directory.sync.delta import Push
from idp.directory.sync.record import Changes
from idp.directory.sync.told import WAITING, FullSyncEnded, Told


def piece() -> Push:
    """Something that a server told; no two are equal."""

    def push(_: Connection) -> Changes:
        return Changes()

    return push


def test_of_more_than_may_wait_the_rest_is_dropped_and_a_question_asked_for_once():
    told = Told()
    assert [told.push(piece()) for _ in range(WAITING + 2)] == [False] * WAITING + [True, False]
    assert told.behind
    told.question_begins()
    assert not told.behind
    assert len(told.everything()) == WAITING


def test_an_answer_stands_for_what_was_told_before_the_question_and_for_nothing_later():
    told, ended, later = Told(), FullSyncEnded(None), piece()
    for message in (piece(), None, ended):
        told.put(message)
    told.question_begins()
    told.push(later)
    told.question_answered()
    assert told.everything() == [later, ended]


def test_what_is_told_while_everybody_is_listed_is_taken_in_order_and_all_else_waits():
    told, ended, taken = Told(), FullSyncEnded(None), list[Push]()
    pieces = [piece() for _ in range(3)]
    told.push(pieces[0])
    told.question_begins()
    for message in (None, ended, *pieces[1:]):
        told.put(message)
    told.meanwhile(lambda one: not taken.append(one))
    assert taken == pieces
    told.question_answered()
    assert told.everything() == [None, ended]


def test_while_everybody_is_listed_no_more_is_taken_in_than_may_wait_and_the_answer_stands_for_the_rest():
    told, taken = Told(), list[Push]()
    told.question_begins()
    for _ in range(3):
        for _ in range(WAITING - 1):
            told.push(piece())
        told.meanwhile(lambda one: not taken.append(one))
    assert len(taken) == WAITING
    told.question_answered()
    assert told.everything() == []


def test_what_is_told_meanwhile_comes_after_what_waited_before_where_the_question_fails():
    """Else somebody who was disabled would work again by what was told before."""
    told, older, newer = Told(), piece(), piece()
    told.question_begins()
    told.push(piece())
    told.push(older)
    told.meanwhile(lambda _: told.push(newer))
    assert [told.next(0), told.next(0), told.next(0)] == [older, newer, None]


def test_once_only_a_question_tells_what_is_true_nothing_more_is_taken_in_before_its_answer():
    told, taken = Told(), list[Push]()
    told.question_begins()
    for _ in range(2):
        told.push(piece())
        told.push(piece())
        told.meanwhile(lambda one: bool(taken.append(one)))
    assert len(taken) == 1
