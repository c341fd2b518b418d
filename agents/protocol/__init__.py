"""What devices and the gateway say to each other: types of the wire, and how a device signs. Nothing here does I/O."""
