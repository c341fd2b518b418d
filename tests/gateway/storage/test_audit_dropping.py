"""What has to be so before a month may go."""

from dataclasses import replace

import pytest

from gateway.audit.anchors import Fault
from gateway.audit.shard import Shard
from gateway.audit.verify_report import Broken, Report
from gateway.storage.audit_dropping import ShardNotDropped, Why, require_whole


def test_a_month_goes_only_when_all_of_it_was_verified_under_a_checkpoint() -> None:
    month = Shard(number=1, month="2026-05", first=0, size=7, root=bytes(32), began=0, ended=1)
    whole = Report(entries=9, sealed=7, root=bytes(32), checkpoints=1)
    assert require_whole(whole, month) is whole
    for found in (None, replace(whole, sealed=6), replace(whole, broken=Broken(Fault.EDITED, 3, None, ""))):
        with pytest.raises(ShardNotDropped) as refused:
            require_whole(found, month)
        assert refused.value.reason is Why.NOT_WHOLE
