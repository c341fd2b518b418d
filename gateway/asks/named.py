"""What kinds and stages are called, for pages, the log and messages."""

from collections.abc import Mapping

from config.settings import Title
from gateway.asks.ask import Kind
from gateway.notices.request_words import STAGES

__all__ = ["KINDS", "STAGES"]

KINDS: Mapping[str, Title] = {
    Kind.ACCESS: Title(cs="žádost o přístup", en="access request"),
    Kind.ORDER: Title(cs="zakázka dodavatele", en="order of a supplier"),
    Kind.EMERGENCY: Title(cs="nouzový přístup", en="emergency access"),
    Kind.DELEGATION: Title(cs="zastupování", en="delegation"),
    Kind.PURPOSE: Title(cs="účel nahlížení", en="stated purpose"),
}
