"""Alerts: rules over the entries of the log, what stands, and what is told of it."""
