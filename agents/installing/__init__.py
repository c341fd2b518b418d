"""The agent as a part of its system: what starts it, where it lies, and that nothing of it is left."""
