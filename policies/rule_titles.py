"""What rules, and reasons of refusals, are called where lists tell of them and of no question in particular. Pure."""

from collections.abc import Iterator, Mapping

from config.vocabulary import Language, MunicipalityCode
from policies.evaluate import PolicyBook
from policies.forms import called, read
from policies.matrix_groups import Group
from policies.model import Text
from policies.parameters import Offered
from policies.reasons import WORDINGS, Names, Reason, without_names
from policies.review import Policy

Titles = Mapping[str, Text]
"""By `@id` of a rule, or by the name of a reason. Who has no title is not among them."""
OF_THE_PRODUCT: Titles = {reason.value: without_names(WORDINGS[reason].title) for reason in Reason}


def titles_there(book: PolicyBook, municipality: MunicipalityCode) -> Titles:
    """Of all that may decide there."""
    rules = {one.id: title_of(one, municipality, book.names) for one in book.policies_of(municipality)}
    found = {name: title for name, title in rules.items() if title is not None}
    return {**OF_THE_PRODUCT, **book.titles, **found}


def title_of(policy: Policy, municipality: MunicipalityCode, names: Names) -> Text | None:
    """Of one that a form wrote, what was filled in; None: nobody has named it."""
    written = read(policy.by_form, municipality) if policy.by_form else None
    if written is not None:
        return called(*written, Offered(names.in_lists))
    return None if policy.title is None else without_names(policy.title)


def by_what(group: Group, titles: Titles) -> Iterator[tuple[Text | None, str]]:
    """Of the rules and reasons of a group, title and name."""
    return ((titles.get(name), name) for name in (*group.rules, *group.reasons))


def with_title(title: Text | None, name: str, language: Language) -> str:
    """As tables tell it: `Starosta spisy čte a podepisuje (records-mayor)`."""
    return name if title is None else f"{title[language]} ({name})"
