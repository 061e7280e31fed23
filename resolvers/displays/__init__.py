"""Displays on walls: pairing, scenes, revocation."""
