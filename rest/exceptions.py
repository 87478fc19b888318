"""Errors of requests that cannot be read. Each face answers them in its own format."""

from rest_framework.exceptions import APIException


class UnreadableRequest(APIException):
    """`message` is a sentence for people, `status_code` the answer's status."""

    status_code = 400
    message = "The request could not be read."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidJSON(UnreadableRequest):
    message = "Invalid JSON body passed."


class InvalidBody(UnreadableRequest):
    message = "The body could not be read as a form."


class InvalidQuery(UnreadableRequest):
    message = "The query could not be read."


class UnknownCharset(UnreadableRequest):
    """A body in a charset that this server does not read."""

    status_code = 415

    def __init__(self, charset: str) -> None:
        super().__init__(f"The charset {charset[:64]!r} is not known; send UTF-8.")


class BodyTooLarge(UnreadableRequest):
    status_code = 413
    message = "The body is larger than this server accepts."


class CompressedBody(UnreadableRequest):
    status_code = 415
    message = "Send the body as it is, without a Content-Encoding."
