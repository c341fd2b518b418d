"""Who uses a tunnel: a person who opened it for a device, for a time. What they reach there is decided in `authorize`;
how it is brought to hold, and which connections there are, is `tunnels`, which knows nobody.
"""
