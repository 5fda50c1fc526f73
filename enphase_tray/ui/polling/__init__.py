"""The poller's thread and what its results become in the GUI."""
