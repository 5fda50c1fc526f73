"""A gateway that is not there: a model of a house or recorded answers, served on loopback. Never imports `gateway`."""
