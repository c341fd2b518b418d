"""Migrations of the database. `python -m gateway.storage.migrations "what changes"` writes the next one."""
