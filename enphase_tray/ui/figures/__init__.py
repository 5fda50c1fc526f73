"""What the charts show, made of the history. No widgets."""
