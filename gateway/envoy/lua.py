"""The scripts that Envoy runs, as files beside this one."""

from functools import cache
from pathlib import Path


@cache
def script(name: str) -> str:
    """Text of a script of this folder."""
    return (Path(__file__).parent / name).read_text("utf-8")
