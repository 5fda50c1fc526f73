"""What helps when something is wrong: about, crash, log, and what is wrong with the connection."""
