"""Leaderboards, what explains them, and freezes."""
