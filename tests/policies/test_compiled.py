"""What Cedar compiles is what was reviewed."""

import pytest

from policies.compiled import CompiledDiffers
from policies.evaluate import PolicyBook, Source
from policies.reasons import Names
from tests.policies.world import DISTRICT


def test_a_set_that_is_not_what_was_reviewed_is_never_used() -> None:
    text = '@id("a") permit (principal, action, resource);'
    with pytest.raises(CompiledDiffers):
        PolicyBook(Source(text, ()), {}, Names(DISTRICT), "v")
