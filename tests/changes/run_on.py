"""Running a module of the tests on a database of its own (tests.processes.empty_database)."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.processes import ROOT


def run_on(database_url: str, module: str) -> Any:
    """Run a module of the tests on that database; what it prints, which is JSON."""
    environment = os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
