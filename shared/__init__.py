"""What every screen of the hall needs, in floors, each importing only those below it.

Reading order, from the ground up: seed (the official lists and the hall as data), domain (the rules),
store (the database), actions (the verbs), web (what pages and the API share), commands.
"""
