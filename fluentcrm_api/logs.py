"""A filter for the log."""

import logging


class WithoutTraceback(logging.Filter):
    """Removes the traceback of requests that cannot be right, such as one with a wrong Host header."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
        return True
