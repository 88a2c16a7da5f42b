"""Commands that belong to no surface: founding, serving, accounts, the catalogue, verifying."""
