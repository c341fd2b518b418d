"""One world for all tests of the demo."""

from tests.rig.demo_world import demo, world

__all__ = ["demo", "world"]
