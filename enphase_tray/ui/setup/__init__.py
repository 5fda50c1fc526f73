"""The first start: from finding the gateway to its first figures."""
