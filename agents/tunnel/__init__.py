"""The device's end of its tunnel: what is wanted, what the gateway gave, and the interface that comes of it."""
