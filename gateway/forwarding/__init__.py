"""The log on its way to receivers outside, in order and at least once."""
