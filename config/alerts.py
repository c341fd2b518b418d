"""What types cannot say of rules of alerts."""

from collections.abc import Iterator
from datetime import timedelta

from config.doubt import Finding
from config.settings import Settings

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
LONGEST_NEW = timedelta(days=366)
OWN = "alert"
"""What alerts themselves are recorded as: a rule about those would feed on itself."""


def alert_findings(settings: Settings) -> Iterator[Finding]:
    patience, every = settings.audit.gap_after, settings.audit.checkpoint_every
    if not max(SHORTEST, 2 * every) <= patience <= LONGEST:
        yield (
            "audit.gap_after",
            f"{patience} is not between {max(SHORTEST, 2 * every)} and {LONGEST}",
            'write for example "5 min", and twice `audit.checkpoint_every` at least',
        )
    seen: set[str] = set()
    for number, rule in enumerate(settings.audit.alerts):
        at = f"audit.alerts[{number}]"
        if rule.name in seen:
            yield f"{at}.name", f"{rule.name!r} is taken", "give each rule a name of its own"
        seen.add(rule.name)
        if rule.on and not rule.codes:
            yield f"{at}.codes", "every entry would count", "say which, as `brana audit codes` lists them"
        if any(code.partition(".")[0] == OWN for code in rule.codes):
            yield f"{at}.codes", "an alert about alerts would feed on itself", "name other codes"
        longest = LONGEST_NEW if rule.new else LONGEST
        if not SHORTEST <= rule.within <= longest:
            yield (
                f"{at}.within",
                f"{rule.within} is not between {SHORTEST} and {longest}",
                'write for example "1 h"',
            )
        if not SHORTEST <= rule.quiet <= LONGEST:
            yield (
                f"{at}.quiet",
                f"{rule.quiet} is not between {SHORTEST} and {LONGEST}",
                'write for example "30 min"',
            )
