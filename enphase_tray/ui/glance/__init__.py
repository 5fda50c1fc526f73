"""The small window near the tray: now, today against yesterday, what is wrong."""
