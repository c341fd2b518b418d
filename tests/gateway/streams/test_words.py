"""A watch of streams and a control plane of two versions understand each other (decision 77)."""

import msgspec
import pytest

from gateway.streams import words

ANSWERED = words.Answered(
    answers=[words.Answer(number=1, turn=1, allowed=True, seconds=5.0, revocation_id="a.1")]
)


@pytest.mark.parametrize("said", [ANSWERED, words.Revoked(ids=["a.1"]), words.Everything()])
def test_what_a_newer_version_says_besides_is_not_looked_at(said: words.Said) -> None:
    newer = msgspec.json.encode(msgspec.to_builtins(said) | {"of_tomorrow": {"a": [1]}})
    assert msgspec.json.decode(newer, type=words.Said) == said
