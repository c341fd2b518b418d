"""What an agent and the gateway tell each other: values, no I/O, no clock.

The only room of the agents that the gateway imports.
"""
