"""All incidents held against the log at once: also those that somebody took out whole."""

from collections.abc import Mapping, Sequence

from gateway.incidents.book import Book, Books
from gateway.incidents.held_against import Difference, What, held_against, held_against_nothing


async def altered(books: Books) -> Mapping[int, Sequence[Difference]]:
    """By their numbers, those that are not what the log has of them; what cannot be compared is no difference."""
    return await books.look(_altered)


def _altered(book: Book) -> dict[int, list[Difference]]:
    told = book.told_of_all()
    found = {}
    for number in sorted({*told, *book.numbers()}):
        incident, items, entries = book.incident(number), book.items(number), told.get(number, ())
        against = (
            held_against_nothing(number, items, entries, book.gone)
            if incident is None
            else held_against(incident, items, entries, book.gone)
        )
        if wrong := [one for one in against if one.what is not What.ENTRY_GONE]:
            found[number] = wrong
    return found
