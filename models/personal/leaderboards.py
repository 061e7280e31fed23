"""Freezes of boards."""

from models.personal import Personal

PERSONAL = (Personal(table="freezes"),)
