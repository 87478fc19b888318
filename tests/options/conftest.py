"""The mail server of the tests of mails."""

from tests.emails.conftest import mailbox

__all__ = ["mailbox"]
