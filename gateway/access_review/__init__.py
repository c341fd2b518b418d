"""Review of access: who has what in a municipality, what somebody decided about it, and what became of that."""
