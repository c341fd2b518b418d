"""An act on the policies that came to nothing, as a command tells it: a sentence, what was found, what to do."""

from config.vocabulary import Language
from gateway.commands.preflight import CannotStart
from gateway.policy_office.refusal import ActRefused
from gateway.web.policies.not_done import REFUSALS


def not_done(refused: ActRefused, remedy: str, hint: str = "") -> CannotStart:
    """`hint`: what may have been meant. Pages say what to do there, so a command says its own."""
    shown, _ = REFUSALS[refused.reason]
    title = shown.title[Language.ENGLISH]
    lines = [f"{title} [{refused.reason.value}]", *refused.in_english, *([hint] if hint else [])]
    return CannotStart("\n    ".join(lines), remedy)
