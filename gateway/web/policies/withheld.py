"""What a form does not write though it could: what would never do anything, or shut out whoever mends it."""

from collections.abc import Iterator
from datetime import date

from gateway.web.identity import OURS, POLICIES, PORTAL
from policies.forms import Form, Values
from policies.model import Text
from policies.parameters import Offered
from policies.reasons import CS, EN

OVER: Text = {
    CS: "Tento den už minul, takže by pravidlo nic neotevřelo. Zvolte dnešek nebo pozdější den, nebo pravidlo vyjměte.",
    EN: "That day is past, so the policy would open nothing. Choose today or a later day, or take the policy out.",
}
NEEDED: Text = {
    CS: "Mimo určené hodiny by nikdo z vybraných rolí nemohl schválit změnu pravidel ani ji vrátit zpět. "
    "Z výběru odeberte: {titles}.",
    EN: "Outside the hours nobody of the chosen roles could approve a change of policies or roll it back. "
    "Take out of the choice: {titles}.",
}
NEVER_COUNTS: Text = {
    CS: "Na stránkách Brány samé nouzový přístup nikdy neplatí. Zrušte zaškrtnutí, nebo přidejte jinou aplikaci.",
    EN: "Emergency access never counts on the pages of Brána itself. Untick it, or add another application.",
}
KEPT_OPEN = (PORTAL, POLICIES)
"""On which changes are approved and rolled back, and through which whoever does it comes there."""
APPLICATIONS, EMERGENCY = "applications", "emergency"


def withheld(form: Form, values: Values, today: date, offered: Offered) -> dict[str, Text]:
    """By field, of what was filled in as it must be."""
    return dict(_withheld(form, values, today, offered))


def _withheld(form: Form, values: Values, today: date, offered: Offered) -> Iterator[tuple[str, Text]]:
    for one in form.parameters:
        if one.kind == "date" and one.not_before and date.fromisoformat(str(values[one.name])) < today:
            yield one.name, OVER
    chosen = values.get(APPLICATIONS)
    if not isinstance(chosen, list) or not any(one.kind == "hour" for one in form.parameters):
        return
    if needed := [one for one in KEPT_OPEN if one in chosen]:
        titles = offered.applications or {}
        yield (
            APPLICATIONS,
            {
                each: said.format(
                    titles=", ".join(titles[one][each] if one in titles else one for one in needed)
                )
                for each, said in NEEDED.items()
            },
        )
    if values[EMERGENCY] and set(chosen) <= set(OURS):
        yield EMERGENCY, NEVER_COUNTS
