"""The measured promises of the alerts, on systems that nobody tuned to: `python -m tests.bars`."""
