"""A mail server, and sites whose workers are processes of their own."""

from tests.emails.conftest import environment, mailbox

__all__ = ["environment", "mailbox"]
