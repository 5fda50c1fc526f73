"""What is told to the user: notifications, what was seen of them, and what is muted."""
