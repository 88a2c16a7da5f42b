"""Migrations of the schema, forward only; applied by ``hall init``."""
