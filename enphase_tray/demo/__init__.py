"""A make-believe gateway: the house of the demo, its week before, and what goes wrong in it."""
