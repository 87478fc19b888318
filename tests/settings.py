"""The server's settings for tests and checks: nothing of the developer's environment, `.env` or `data/`.

Only DATABASE_URL is taken from outside; Django makes databases of its own beside the one it names.
"""

import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for variable in re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
    if variable != "DATABASE_URL":
        os.environ.pop(variable, None)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
if "PYTEST_XDIST_WORKER" in os.environ and (urls := os.environ.pop("DATABASE_URLS", "").split()):
    # Readers of `changes` wait for transactions that run, and cannot always tell that one belongs to other tests.
    os.environ["DATABASE_URL"] = urls[int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) % len(urls)]
os.environ |= {
    "ENV_FILE": "",
    # Tests that run at the same time would use up each other's requests.
    "FLUENZR_RATE_LIMIT": "0",
    "HOOK_RATE_LIMIT": "0",
    "FAILED_LOGINS_A_MINUTE": "0",
    "SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
    # Only a name: nothing is written there unless a test has something to keep.
    "DATA_DIR": str(Path(tempfile.gettempdir()) / "fluentcrm-tests"),
}

from fluentcrm_api.settings import *  # noqa: E402, F403
from fluentcrm_api.settings import DATABASES  # noqa: E402
from fluentcrm_api.settings import STORAGES as SERVER_STORAGES  # noqa: E402

# A manifest would have to be collected first; so would the files that WhiteNoise looks for at its start.
STORAGES = SERVER_STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
# Slow hashing guards passwords that are worth something.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"] == "database.postgresql":
    # No statement of a test takes a second; one that waits for a lock in vain ends with its test.
    DATABASES["default"]["OPTIONS"] |= {"options": "-c statement_timeout=60s"}
else:
    # As Django has it where none is named. pytest-django would name a file for each of its processes.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
