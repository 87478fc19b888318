"""What the log leaves out."""

import logging


class WithoutTraceback(logging.Filter):
    """For requests that cannot be right, such as a Host header that is not ours: one line tells everything."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
        return True
