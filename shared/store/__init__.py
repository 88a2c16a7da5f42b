"""The database: engine, unit of work, queries and migrations; the only place that selects.

Reading order: keyring, engine, turn, publishing, unit_of_work, store, schema, then one module of queries per
subject (tickets, waiting_line, counters, cases, accounts, devices, paper, presses, ledger).
"""
