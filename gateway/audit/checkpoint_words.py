"""What a checkpoint says of whoever made it, beside size and root. Read also where nothing else of it is."""

DROPS_SIGNED = "drops signed"
"""Extension line: whoever sealed it signs each deletion, and marks the end of the log."""
