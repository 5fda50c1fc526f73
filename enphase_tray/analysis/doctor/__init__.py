"""The doctor: what each panel makes of its group's level over days, and why it makes less."""
