"""Relying parties of our sign-in that administrators keep by pages: what they are, their secrets, who does what."""
