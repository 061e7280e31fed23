"""Importing organizations and members from tables."""
