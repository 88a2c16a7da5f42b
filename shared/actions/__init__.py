"""The verbs of the hall, one module per subject; each takes the open unit of work first.

Reading order: outlook (what a person in line may expect), issuing, calling, casework, hall_day,
devices, signing_in, configuring, reporting, boards.
"""
