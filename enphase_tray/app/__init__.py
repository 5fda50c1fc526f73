"""Builds the program out of its rooms and owns every lifetime. Qt only in `desktop`."""
