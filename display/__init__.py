"""The hall's screens: a wall per floor, the entrance wall, a sign per counter."""
