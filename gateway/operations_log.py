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
    logging.basicConfig(level=logging.WARNING, handlers=[_ours()])
    logging.captureWarnings(capture=True)


class OneLine(logging.Formatter):
    """What libraries say by `logging`, in the same form: one JSON object a line, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        event: MutableMapping[str, Any] = {
            "logger": record.name,
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(hide_secrets(None, "", event), ensure_ascii=False)


def _ours() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    return handler
