"""What an answer is written as: GraphQL over HTTP knows two ways."""

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


def media_type(accept: str) -> str:
    """Of the two ways to write an answer the one liked better; application/json for whoever names neither."""
    liked: list[tuple[float, bool]] = []
    for one in accept.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        if name not in (GRAPHQL, JSON, "application/*", "*/*"):
            continue
        try:
            quality = next((float(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
        except ValueError:
            continue
        liked.append((quality, name == GRAPHQL))
    best = max(liked, default=(0.0, False))
    return GRAPHQL if best[1] and best[0] > 0 else JSON
