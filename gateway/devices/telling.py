"""What the owner of a device is told of it, made from the entries of what happened. Pure."""

from collections.abc import Mapping, Sequence

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Entry
from gateway.devices.device import Device
from gateway.notices.notice import Happened, NoticeKind

TOLD: Mapping[str, NoticeKind] = {
    Code.DEVICE_ENROLLED: NoticeKind.DEVICE_ENROLLED,
    Code.DEVICE_APPROVED: NoticeKind.DEVICE_APPROVED,
    Code.DEVICE_BLOCKED: NoticeKind.DEVICE_BLOCKED,
    Code.DEVICE_LOST: NoticeKind.DEVICE_LOST,
}


def to_tell(device: Device, entries: Sequence[Entry], login: str) -> list[Happened]:
    """`login`: the owner's. Of a shared device nobody is told."""
    return [] if device.owner is None else [*_told(device, device.owner, entries, login)]


def concerns(entries: Sequence[Entry]) -> bool:
    return any(one.code in TOLD for one in entries)


def _told(device: Device, owner: SubjectId, entries: Sequence[Entry], login: str) -> list[Happened]:
    return [
        Happened(
            kind=TOLD[one.code],
            subject=owner,
            person=login,
            at=one.at,
            facts={"device": device.id, "device_name": device.name, "by": str(one.details.get("by", ""))},
        )
        for one in entries
        if one.code in TOLD
    ]
