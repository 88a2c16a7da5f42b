"""The rules of the hall: what a ticket, a queue, a case and a limit are, without web, session or device.

Reading order: errors, clock, catalogue, site, working_days, limits, identity_numbers, ticket, counter,
queueing, waiting, case, ledger, events, board, then what devices need: devices, slip, sign.
"""
