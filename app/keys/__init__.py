"""Keys of the server: the one that signs block chains, and those that encrypt phone numbers."""
