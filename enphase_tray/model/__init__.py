"""Frozen facts and the error family. Standard library only; every other room may import it."""
