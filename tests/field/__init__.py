"""Whole systems under a sky, drawn from seeds: what gateways of all kinds would say of them over months.

It shares nothing with the product's simulator, and nothing in the product was fitted to seeds of 50000 and above.
"""
