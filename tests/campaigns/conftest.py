from tests.emails.conftest import environment, mail_folder, mailbox

__all__ = ["environment", "mail_folder", "mailbox"]
