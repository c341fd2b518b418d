"""Two changes of the same policies put together: nothing is lost, and nothing is decided silently."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.blocks import Key, NotTakenApart, Sort, blocks_of, put_together
from policies.merging import Conflict, Merged, Side, merged
from tests.policies.world import MUNICIPALITIES, REGION

FILE, CASES = "municipalities/588491.cedar", "municipalities/588491.cases.toml"
NAMES = ("a", "b", "c", "d", "e")
Pieces = Mapping[str, int]
"""Name of a piece → which of its texts it has."""


def policy(name: str, text: int) -> str:
    return f'// {name} {text}\n@id("{name}")\npermit (principal, action, resource) when {{ {text} > 0 }};'


def case(name: str, text: int) -> str:
    return f'# {name}\n[[case]]\nname = "{name}"\nroles = ["clerk"]\nat = {text}'


WRITTEN = {FILE: policy, CASES: case}
some = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3))
files = st.sampled_from(sorted(WRITTEN))


def written(file: str, pieces: Pieces) -> dict[str, str]:
    return {file: put_together([WRITTEN[file](*one) for one in pieces.items()])} if pieces else {}


def held(file: str, texts: Mapping[str, str]) -> dict[Key, str]:
    return {one.key: one.text for one in blocks_of(file, texts.get(file, ""))}


def put(file: str, base: Pieces, own: Pieces, today: Pieces) -> Merged:
    return merged(written(file, base), written(file, own), written(file, today))


@given(files, some, some, some)
def test_nothing_that_one_side_alone_changed_is_lost(
    file: str, base: Pieces, own: Pieces, today: Pieces
) -> None:
    found = put(file, base, own, today)
    told = {one.key.name for one in found.conflicts if one.key is not None}
    there = {key.name: text for key, text in held(file, found.texts).items()}
    for name in NAMES:
        was, mine, theirs = base.get(name), own.get(name), today.get(name)
        if mine != was and theirs not in (was, mine):
            assert name in told, "both changed it"
            continue
        assert name not in told
        kept = mine if theirs == was else theirs
        assert there.get(name) == (None if kept is None else WRITTEN[file](name, kept))
    assert there.keys() <= set(NAMES)


@given(files, some, some, some)
def test_whichever_side_is_which_the_same_comes_of_it(
    file: str, base: Pieces, own: Pieces, today: Pieces
) -> None:
    one, other = put(file, base, own, today), put(file, base, today, own)
    assert {(each.key, each.own, each.today) for each in one.conflicts} == {
        (each.key, each.today, each.own) for each in other.conflicts
    }
    if not one.conflicts:
        assert held(file, one.texts) == held(file, other.texts)


@given(files, some, some, some, st.sampled_from(Side))
def test_what_was_chosen_is_so_and_nothing_else_moves(
    file: str, base: Pieces, own: Pieces, today: Pieces, side: Side
) -> None:
    found = put(file, base, own, today)
    choices = {one.mark: side for one in found.conflicts}
    done = merged(written(file, base), written(file, own), written(file, today), choices)
    assert done.conflicts == ()
    there = held(file, done.texts)
    for one in found.conflicts:
        if one.key is not None:
            assert there.get(one.key, "") == (one.own if side is Side.OWN else one.today)
            del choices[one.mark]
            left = merged(written(file, base), written(file, own), written(file, today), choices)
            assert one in left.conflicts, "each is chosen by itself"
            break


@given(files, some, some)
def test_a_side_that_changed_nothing_takes_the_others_text_to_the_letter(
    file: str, base: Pieces, today: Pieces
) -> None:
    for found in (put(file, base, base, today), put(file, base, today, base), put(file, base, today, today)):
        assert found == Merged(written(file, today), ())


@given(files, some, some)
def test_where_nobody_knows_what_both_began_from_whatever_differs_is_told(
    file: str, own: Pieces, today: Pieces
) -> None:
    found = merged(None, written(file, own), written(file, today))
    told = {one.key.name for one in found.conflicts if one.key is not None}
    assert told == {name for name in NAMES if own.get(name) != today.get(name)}


@given(st.permutations(NAMES), st.permutations(NAMES))
def test_an_order_that_both_changed_otherwise_is_told(own: Sequence[str], today: Sequence[str]) -> None:
    base, mine, theirs = (dict.fromkeys(each, 1) for each in (NAMES, own, today))
    found = put(FILE, base, mine, theirs)
    changed = {tuple(own), tuple(today)} - {NAMES}
    if len(changed) > 1:
        assert [one.key for one in found.conflicts] == [None]
        done = merged(
            written(FILE, base),
            written(FILE, mine),
            written(FILE, theirs),
            {found.conflicts[0].mark: Side.OWN},
        )
        assert [one.key.name for one in blocks_of(FILE, done.texts[FILE])] == list(own)
    else:
        expected = list(changed.pop()) if changed else list(NAMES)
        assert [one.key.name for one in blocks_of(FILE, found.texts[FILE])] == expected


def test_what_is_added_stands_behind_what_it_stood_behind() -> None:
    base, own, today = {"a": 1, "b": 1}, {"a": 1, "c": 1, "b": 1}, {"a": 1, "b": 1, "d": 1}
    found = put(FILE, base, own, today)
    assert [one.key.name for one in blocks_of(FILE, found.texts[FILE])] == ["a", "c", "b", "d"]


def test_remarks_are_pieces_of_their_own_and_belong_to_what_they_stand_above() -> None:
    text = "// Of the file.\n\n// Of a.\n" + policy("a", 1) + " // beside\n\n// Last.\n"
    assert [(one.key.sort, one.text) for one in blocks_of(FILE, text)] == [
        (Sort.BEGINNING, "// Of the file."),
        (Sort.POLICY, "// Of a.\n" + policy("a", 1) + " // beside"),
        (Sort.END, "// Last."),
    ]
    theirs = text.replace("Of the file", "Of this file")
    mine = text.replace("// Last.", policy("b", 1))
    found = merged({FILE: text}, {FILE: mine}, {FILE: theirs})
    assert found.conflicts == ()
    assert found.texts[FILE].startswith("// Of this file.\n\n// Of a.")
    assert found.texts[FILE].endswith(policy("b", 1) + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "[[case]\n",
        '[[case]]\nname = "x"\n[other]\na = 1\n',
        'case = [{name = "x"}]\n',
        "x = 1\n" + case("a", 1) + "\n",
    ],
)
def test_cases_that_cannot_be_taken_apart_are_one_piece(text: str) -> None:
    with pytest.raises(NotTakenApart):
        blocks_of(CASES, text)
    found = merged({CASES: case("a", 1)}, {CASES: text}, {CASES: case("a", 2)})
    (one,) = found.conflicts
    assert (one.key, one.own, one.today) == (Key(Sort.WHOLE), text.strip("\n"), case("a", 2))
    chosen = merged({CASES: case("a", 1)}, {CASES: text}, {CASES: case("a", 2)}, {one.mark: Side.OWN})
    assert chosen.texts[CASES] == text


@pytest.mark.parametrize("broken", ["permit (", 'permit (a);\npermit (b);\n@id("a") x;\n@id("a") y;'])
def test_texts_with_faults_are_put_together_too(broken: str) -> None:
    found = merged({FILE: policy("b", 1)}, {FILE: f"{policy('b', 1)}\n\n{broken}"}, {FILE: policy("b", 2)})
    assert found.conflicts == ()
    assert found.texts[FILE].startswith(policy("b", 2))
    assert found.texts[FILE].strip().endswith(broken.rpartition("\n")[2])


FILES = [
    path for folder in (REGION, MUNICIPALITIES) for path in sorted(folder.iterdir()) if path.suffix != ".md"
]


@pytest.mark.parametrize("path", FILES[:12], ids=lambda path: path.name)
def test_the_examples_files_are_taken_apart_and_put_together_again(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text("utf-8")
    blocks = blocks_of(path.name, text)
    assert all(one.key.sort is not Sort.WHOLE for one in blocks)
    again = put_together([one.text for one in blocks])
    assert [line for line in again.splitlines() if line] == [
        line for line in text.splitlines() if line.strip()
    ]
    assert blocks_of(path.name, again) == blocks


def test_a_choice_is_marked_by_all_that_it_is_about() -> None:
    key = Key(Sort.POLICY, "a")
    one = Conflict(FILE, key, "own", "today")
    others = (
        Conflict(CASES, key, "own", "today"),
        Conflict(FILE, None, "own", "today"),
        Conflict(FILE, Key(Sort.POLICY, "b"), "own", "today"),
        Conflict(FILE, Key(Sort.CASE, "a"), "own", "today"),
        Conflict(FILE, key, "own", "other"),
        Conflict(FILE, key, "other", "today"),
    )
    marks = {each.mark for each in (one, *others)}
    assert len(marks) == 1 + len(others)
    assert all(len(mark) == 32 and int(mark, 16) >= 0 for mark in marks)
    assert one.mark == Conflict(FILE, key, "own", "today").mark
