"""One poll: read, remember, analyse, judge. No Qt, no threads: whoever calls decides where it runs."""
