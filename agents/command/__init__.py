"""`brana-agent`: what a person and the system start. Here, and nowhere else, are clock, chance and signals."""
