"""The codes of errors, as clients read them in `extensions.code`. docs/errors.md says what each means."""

from enum import StrEnum


class Code(StrEnum):
    # what could not be read as a request
    BAD_REQUEST = "BAD_REQUEST"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    WRONG_TRANSPORT = "WRONG_TRANSPORT"
    # what could not be executed
    TOO_LARGE = "TOO_LARGE"
    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    INTROSPECTION_OFF = "INTROSPECTION_OFF"
    NO_SUCH_OPERATION = "NO_SUCH_OPERATION"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    TOO_MANY_DOCUMENTS = "TOO_MANY_DOCUMENTS"
    TOO_MANY_BOARDS = "TOO_MANY_BOARDS"
    # what was refused while executing
    UNAUTHENTICATED = "UNAUTHENTICATED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    REFUSED = "REFUSED"
    TOO_MANY_ERRORS = "TOO_MANY_ERRORS"
    # what nobody expected
    INTERNAL = "INTERNAL"
