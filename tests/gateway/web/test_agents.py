"""What a device is told when it is refused: each reason in both languages, and what to do with it."""

import pytest

from agents.protocol.tunnel import NOT_OFFERED
from agents.uplink.uplink import TELLS_NONCE
from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.devices import enrolling, reporting
from gateway.web.agent_words import UNAVAILABLE, WORDS


@pytest.mark.parametrize("reason", [*enrolling.Refusal, *reporting.Refusal, NOT_OFFERED, UNAVAILABLE])
def test_every_refusal_says_in_both_languages_what_helps(reason):
    said = WORDS[reason]
    assert said.cs.endswith((".", "?"))
    assert said.en.endswith((".", "?"))
    assert said.cs != said.en
    assert 400 <= said.status < 500 or said.status == 503
    assert (said.again == "now") is (reason in TELLS_NONCE)


@pytest.mark.parametrize("reason", [*enrolling.Refusal, *reporting.Refusal])
def test_the_log_has_a_name_for_each(reason):
    named = REASONS.name(reason)
    assert named is not None
    assert named.in_language(Language.CZECH) != named.in_language(Language.ENGLISH)


def test_words_are_of_nothing_else():
    assert set(WORDS) == {*enrolling.Refusal, *reporting.Refusal, NOT_OFFERED, UNAVAILABLE}
