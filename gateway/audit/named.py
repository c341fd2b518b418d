"""One group of named reasons: its title, and the name of each code."""

from collections.abc import Mapping

from config.settings import Title

Group = tuple[Title, Mapping[str, Title]]
