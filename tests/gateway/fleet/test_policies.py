"""Which of a node's files would undo what somebody else has published."""

from gateway.fleet.policies import left_behind

A, B, C = "region/a.cedar", "region/b.cedar", "municipalities/588296.cedar"
OLD = {A: "old", B: "old"}


def test_files_that_follow_those_in_force_were_edited_wherever_they_differ() -> None:
    assert left_behind({A: "new", C: "new"}, {A: "new", C: "new"}, OLD, follows=True) == []


def test_files_that_nobody_has_touched_are_left_behind_where_others_are_in_force() -> None:
    assert left_behind(OLD, OLD, OLD | {A: "new"}, follows=False) == [A]


def test_a_file_that_another_has_added_or_removed_counts_too() -> None:
    assert left_behind(OLD, OLD, {A: "old", C: "new"}, follows=False) == [C, B]


def test_an_edit_of_one_file_does_not_carry_along_another_that_is_left_behind() -> None:
    own = {A: "old", B: "edited"}
    assert left_behind(own, OLD, {A: "new", B: "old"}, follows=False) == [A]


def test_files_that_are_all_brought_along_are_edited_although_this_node_has_missed_something() -> None:
    own, in_force = {A: "new", B: "newest"}, {A: "new", B: "old"}
    assert left_behind(own, OLD, in_force, follows=False) == []


def test_the_same_as_in_force_is_not_left_behind() -> None:
    assert left_behind(OLD, {}, OLD, follows=False) == []
