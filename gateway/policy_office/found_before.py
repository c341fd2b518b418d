"""What the checks said of texts, for whoever looks at a proposal again; acts are checked anew each time."""

from collections import OrderedDict
from dataclasses import dataclass, field

from gateway.policy_office.scope import Scope
from policies.model import Text
from policies.texts import Texts, digest_of

KEPT = 32  # proposals that people look at


@dataclass(slots=True)
class FoundBefore:
    """Problems by the digest of all texts. To be thrown away with the settings that they were found by."""

    _problems: OrderedDict[tuple[str, Scope], tuple[Text, ...]] = field(default_factory=OrderedDict)

    def of(self, texts: Texts, scope: Scope) -> tuple[Text, ...] | None:
        """None: not looked at yet, or long ago."""
        return self._problems.get((digest_of(texts), scope))

    def keep(self, texts: Texts, scope: Scope, problems: tuple[Text, ...]) -> None:
        self._problems[digest_of(texts), scope] = problems
        while len(self._problems) > KEPT:
            self._problems.popitem(last=False)
