"""The verbs of the hall, one module per subject; each takes the open unit of work first.

Reading order: outlook (what a person in line may expect), views, hall_day, papers, issuing; counters,
at_counter, calling, moving, undoing; casework, acceptance, item_work, item_effects, case_views, case_papers,
case_lists, case_forms, card_reading; boards, devices, agents, signing_in, configuring, reporting; verifying.
"""
