"""What the log tells of its damage, or of somebody's hand beside it: one list for alerts, reports and answers."""

from gateway.audit.entry import Code

TOLD_BY_HAND = (
    Code.LOG_INDEX_ALTERED,
    Code.LOG_NAMES_ALTERED,
    Code.LOG_PLACE_MOVED,
    Code.LOG_HOLD_RESTORED,
    Code.LOG_ALERTS_RESTORED,
    Code.LOG_SEEN_RESTORED,
    Code.LOG_ROOTS_RESTORED,
)
"""What stands beside the log in the database, was changed there by hand, and was put right."""
LOG_DAMAGED = (
    *(Code.LOG_VERIFIED, Code.RECEIVER_MISSED, Code.ACCESS_SPOOL_DAMAGED, Code.WITNESS_REFUSED),
    *(Code.LOG_SHARD_NOT_DROPPED, Code.LOG_END_ALTERED),
    *(Code.LOG_CHECKPOINT_ALTERED, Code.LOG_ROLLED_BACK, Code.LOG_SCHEMA_ALTERED, Code.LOG_INCIDENTS_ALTERED),
    *TOLD_BY_HAND,
)
"""Each with the outcome `failure`."""
