#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run the command. Errors that the user can correct are one sentence, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluentcrm_api.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Wrong setting: {error}")
    except OperationalError as error:
        # Here, where the settings are known to be readable.
        from fluentcrm_api.server.checks import describe_database_error  # noqa: PLC0415

        sys.exit(describe_database_error(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
