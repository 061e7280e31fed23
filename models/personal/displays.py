"""Screens, their scenes and pairings: of halls, not of persons."""

from models.personal import Personal

PERSONAL = (
    Personal(table="displays", nobodys="name"),
    Personal(table="display_scenes", nobodys="kind organization_kind period scoring"),
    Personal(table="display_pairings", nobodys="address_hash code device_hash"),
)
