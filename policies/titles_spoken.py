"""What policies call the reasons that they speak, for whoever reads of them later. Pure."""

from collections.abc import Iterable, Sequence

from config.vocabulary import Language
from policies.model import Text
from policies.reasons import without_names
from policies.review import Policy

WORDINGS_TOLD = 3  # of one reason that municipalities put into different words


def titles_of(region: Sequence[Policy], municipal: Iterable[Sequence[Policy]]) -> dict[str, Text]:
    """Where several policies speak one reason in different words, all of them; where the region speaks it, its words
    alone: what one municipality writes is not read of the refusals of others.
    """
    common = _spoken([region])
    return {reason: _together(titles) for reason, titles in (_spoken(municipal) | common).items()}


def _spoken(sources: Iterable[Sequence[Policy]]) -> dict[str, list[Text]]:
    spoken: dict[str, list[Text]] = {}
    for policies in sources:
        for policy in policies:
            if policy.wording is not None:
                known = spoken.setdefault(policy.reason, [])
                if (title := without_names(policy.wording.title)) not in known:
                    known.append(title)
    return spoken


def _together(titles: Sequence[Text]) -> Text:
    more = " / …" if len(titles) > WORDINGS_TOLD else ""
    return {
        language: " / ".join(dict.fromkeys(title[language] for title in titles[:WORDINGS_TOLD])) + more
        for language in Language
    }
