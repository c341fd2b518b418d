"""What the checks said of texts, for whoever looks at a proposal again; acts are checked anew each time."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from gateway.policy_office.checked import Checked
from gateway.policy_office.scope import Scope
from policies.texts import Texts, digest_of

KEPT = 32  # proposals that people look at


@dataclass(slots=True)
class FoundBefore:
    """Without the book, by the digest of all texts. To be thrown away with the settings that they were found by."""

    _known: OrderedDict[tuple[str, Scope], Checked] = field(default_factory=OrderedDict)

    def of(self, texts: Texts, scope: Scope) -> Checked | None:
        """None: not looked at yet, or long ago."""
        return self._known.get((digest_of(texts), scope))

    def keep(self, texts: Texts, scope: Scope, found: Checked) -> None:
        self._known[digest_of(texts), scope] = replace(found, book=None)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
