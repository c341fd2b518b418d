"""How a device becomes known to a gateway: a machine without I/O."""
