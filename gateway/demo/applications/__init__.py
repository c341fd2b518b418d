"""Three small applications as an office would host them, each a process of its own behind the gateway."""
