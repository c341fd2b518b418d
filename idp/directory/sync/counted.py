"""How many entries there are to read, before they are read: for whoever shows how far a reading is.

Neither OpenLDAP nor Active Directory tells the size of an answer beforehand (the paged results control may carry
an estimate, RFC 2696 §3, and theirs is 0), so the names alone are asked for.
"""

from idp.directory.connection import SUBTREE, Connection
from idp.directory.sync.source import Form

NO_ATTRIBUTES = ("1.1",)  # RFC 4511 §4.5.1.8


def counted(line: Connection, form: Form, page: int) -> int:
    """People and groups together; somebody may come or go before they are read."""
    pages = (
        entries
        for query in (form.people, form.groups)
        for entries, _ in line.search(query.base, SUBTREE, query.where, NO_ATTRIBUTES, page)
    )
    return sum(map(len, pages))
