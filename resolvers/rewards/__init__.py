"""Rewards that points buy, and their redemptions."""
