"""The desktop around the program: log-in start, one instance, signals, sleep, network, screens, what it remembers."""
