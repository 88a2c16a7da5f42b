"""The staff: counter console, case desk, office inbox, and the duty manager's page."""
