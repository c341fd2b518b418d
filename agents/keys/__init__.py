"""The keys of a device: the one it is known by, and the one its browsers show."""
