"""One sentence-maker for tray, window and terminal: from a poll's result to words and an icon key."""
