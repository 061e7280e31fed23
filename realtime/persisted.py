"""Automatic persisted queries: a client sends a document's hash instead of its text, and the text when it is told to.

This server keeps no documents by hash. Apollo's link and urql's exchange look for this very message, and then send the
text; any other error they take for the answer.
"""

from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLError

from realtime.graphql_errors import fault
from rules.error_codes import Code

MESSAGE = "PersistedQueryNotSupported"


def asks_persisted(extensions: object) -> bool:
    if not isinstance(extensions, Mapping):
        return False
    return isinstance(cast(Mapping[str, Any], extensions).get("persistedQuery"), Mapping)


def not_supported() -> GraphQLError:
    return fault(Code.PERSISTED_QUERY_NOT_SUPPORTED, MESSAGE)
