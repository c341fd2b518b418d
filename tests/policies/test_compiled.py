"""What Cedar compiles is what was reviewed."""

from dataclasses import replace

import pytest

from policies.compiled import Compiled, CompiledDiffers
from policies.evaluate import PolicyBook, Source
from policies.reasons import Names
from tests.policies.world import DISTRICT, HULIN, example_book


def test_a_set_that_is_not_what_was_reviewed_is_never_used() -> None:
    text = '@id("a") permit (principal, action, resource);'
    with pytest.raises(CompiledDiffers):
        PolicyBook(Source(text, ()), {}, Names(DISTRICT), "v")


def test_where_one_policy_may_read_anything_nothing_of_a_person_is_left_out() -> None:
    compiled = example_book()._policies_of(HULIN)
    assert compiled is not None
    assert compiled.attributes is not None
    first, *others = compiled.policies
    assert Compiled(compiled.handle, (replace(first, attributes=None), *others)).attributes is None
