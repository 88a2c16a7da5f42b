"""The database: engine, unit of work, queries and migrations; the only place that selects.

Reading order: keyring, engine, turn, unit_of_work, store, then one module of queries per subject.
"""
