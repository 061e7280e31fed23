"""Signing in: accounts, sessions, rate limits, OpenID Connect, service tokens."""
