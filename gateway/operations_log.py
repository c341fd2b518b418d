"""The operators' log: one JSON object a line on standard error, without secrets.

The audit log is another thing (`gateway.audit`): this one is for keeping the product running.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

SECRET_NAMES = re.compile(
    r"password|secret|token|cookie|handle|verifier|authorization|code\Z|otp|assertion", re.IGNORECASE
)
SECRET_SHAPES = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]+|(?<=[?&])(?:code|state|token)=[^&\s]+|(?<=__Host-brana-)[\w-]+=[\w-]+"
)
HIDDEN = "(hidden)"


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values under telling names, and JWTs and codes anywhere in text."""
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = SECRET_SHAPES.sub(HIDDEN, value)
    return event


def configure(level: int = logging.INFO) -> None:
    """Once per process, before anything is logged."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class OneLine(logging.Formatter):
    """What libraries log, in the same form: their texts quote what strangers sent, line breaks and secrets too."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        event |= {"level": record.levelname.lower(), "timestamp": at}
        return json.dumps(hide_secrets(None, "", event), ensure_ascii=False)
