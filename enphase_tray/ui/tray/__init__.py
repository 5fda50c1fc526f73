"""The icon in the tray: what it shows, how it is drawn, its menu."""
