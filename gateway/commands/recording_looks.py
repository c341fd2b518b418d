"""How every page that shows people, or what the log says of them, records it: with what its reader reads for."""

from gateway.audit.purposes import Record, with_purpose
from gateway.commands.state import State
from gateway.storage.audit import append
from gateway.storage.audit_views import StoredPurposes


def recording_looks(state: State) -> Record:
    """A purpose is named on the officers' pages and holds for the session, so on those of the other hosts too."""
    return with_purpose(state.record, StoredPurposes(state.database, append).of)
