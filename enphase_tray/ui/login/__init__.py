"""Gateway and log-in as fields, their trial, and the certificates to be trusted."""
