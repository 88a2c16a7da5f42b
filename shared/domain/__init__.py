"""The rules of the hall: what a ticket, a queue, a case and a limit are, without web, session or device.

Reading order: errors, failpoints, clock, base, states; listing, catalogue, working_days, hours, site, limits
and configuration (what the hall offers); ticket, counter, queueing, waiting, board (the queue); case,
item_rights, clock_stop, lamps (the case); identity_numbers, masking, account, hall, ledger, events; and what
devices need: devices, owner, slip, paper; verifying (what must be true of the books).
"""
