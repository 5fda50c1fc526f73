"""enphase_tray: a desktop tray application that watches an Enphase solar system over its gateway's local API."""

__version__ = "0.1.0"
