"""The database: engine, unit of work, queries and migrations; the only place that selects.

Reading order: keyring, turn, trouble, engine, publishing, unit_of_work, store, schema, migrating, then one
module of queries per subject (tickets, waiting_line, counters, cases, accounts, devices, paper, following,
presses, ledger); history (the books as plain rows); changes and trail (what other processes did).
"""
