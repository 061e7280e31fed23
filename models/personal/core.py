"""Tables of no system: clocks, versions, instants and the database's own secrets."""

from models.personal import Personal

PERSONAL = (
    Personal(table="clocks", nobodys="seal"),
    Personal(table="board_versions"),
    Personal(table="topic_versions", nobodys="topic"),
    Personal(table="instants", nobodys="kind"),
    Personal(table="rights"),
    Personal(table="secrets", nobodys="name value"),
)
