"""What the supervisor saw becomes an entry."""

from gateway.audit import acts
from gateway.audit.entry import Entry
from gateway.envoy.notices import Notice


def entry_of(notice: Notice) -> Entry:
    match notice.what:
        case "started":
            return acts.data_plane_started(notice.at, notice.process)
        case "died":
            return acts.data_plane_died(notice.at, notice.process, notice.status)
        case "hung":
            return acts.process_hung(notice.at, notice.part, notice.process, notice.silent)
