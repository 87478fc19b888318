"""The project's own files agree with each other."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_APPS = {"tests", "benchmarks"}
# Apps that are faces, and the modules of faces in the other apps.
FACES = {"staff", "fluenzr"}
ROOMS_OF_FACES = {"api", "pages", "urls", "public", "incoming"}


def test_env_example_lists_every_variable_that_the_settings_read() -> None:
    source = (ROOT / "fluentcrm_api" / "settings.py").read_text()
    read = set(re.findall(r'(?:read(?:_number|_choice|_flag|_object)?|environ\.get)\(\s*"([A-Z_]+)"', source))
    listed = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert listed == read


def test_import_linter_watches_every_app() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    apps = {file.parent.name for file in ROOT.glob("*/__init__.py")} - NOT_APPS
    assert set(configured["root_packages"]) == apps
    layers = [contract for contract in configured["contracts"] if contract["type"] == "layers"]
    held = {name.partition(".")[0] for contract in layers for name in contract.get("containers", ())}
    # Those that have no layers of their own.
    assert held == apps - {"fluentcrm_api", "staff", "rest", "database"}


def test_only_faces_are_excepted_from_who_may_import_whom() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    excepted = {line for contract in configured["contracts"] for line in contract.get("ignore_imports", ())}
    importers = {line: line.partition(" -> ")[0].split(".") for line in excepted}
    # Celery's worker and ours are both of jobs.
    assert {line for line, names in importers.items() if not is_of_a_face(names)} == {"jobs.worker -> jobs.celery"}


def is_of_a_face(names: list[str]) -> bool:
    return names[0] in FACES or names[1] in ROOMS_OF_FACES


def test_compose_passes_every_variable_and_names_what_it_demands() -> None:
    text = (ROOT / "compose.yaml").read_text()
    server = text[text.index("x-server:") : text.index("services:")]
    assert "  env_file:\n    - path: .env\n      required: false\n" in server
    # A variable that stood here with a default would win over .env.
    assert not re.findall(r"\$\{[A-Z_]+:-", server)
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    assert demanded == {"SECRET_KEY", "POSTGRES_PASSWORD"}
    introduction = text[: text.index("x-server:")]
    assert all(name in introduction for name in demanded)
