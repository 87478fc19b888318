"""A client that openapi-python-client makes of each document works against a real server."""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fluentcrm_api.openapi.document import document as fluentcrm_document
from fluenzr.openapi.document import document as fluenzr_document
from tests.once import on_one_database
from tests.postgres import free_port
from tests.processes import Prepared, served

pytestmark = on_one_database


def generate(name: str, document: dict[str, Any], folder: Path) -> ModuleType:
    """The package that the generator makes of a document, imported whole."""
    source = folder / f"{name}.json"
    source.write_text(json.dumps(document))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(source)]
    options = ["--output-path", str(folder / name), "--meta", "none", "--fail-on-warning"]
    # It calls ruff, which is beside this Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    made = subprocess.run(
        [*command, *options], env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False, timeout=120
    )
    assert made.returncode == 0, made.stdout + made.stderr
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        importlib.import_module(module.name)
    return package


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(str(tmp_path))
    return {
        "fluentcrm": generate("fluentcrm_client", fluentcrm_document(), tmp_path),
        "fluenzr": generate("fluenzr_client", fluenzr_document(), tmp_path),
    }


def test_generated_clients_create_list_and_update_contacts(clients: dict[str, ModuleType], opened: Prepared) -> None:
    port = free_port()
    with served(opened.environment, port):
        use_fluentcrm(clients["fluentcrm"], f"http://127.0.0.1:{port}", opened.password)
        use_fluenzr(clients["fluenzr"], f"http://127.0.0.1:{port}/v1", opened.key)


def use_fluentcrm(package: Any, address: str, password: str) -> None:
    models = package.models
    contacts = importlib.import_module(f"{package.__name__}.api.contacts")
    token = b64encode(f"admin:{password}".encode()).decode()
    with package.AuthenticatedClient(
        base_url=address, token=token, prefix="Basic", raise_on_unexpected_status=True
    ) as client:
        new = models.NewContact(
            email="ada@example.com", status=models.ContactStatus.SUBSCRIBED, first_name="Ada", tags=["Newsletter"]
        )
        created = contacts.create_contact.sync(client=client, body=new)
        assert isinstance(created, models.CreateContactResponse)
        assert [tag.title for tag in created.contact.tags] == ["Newsletter"]
        assert isinstance(contacts.create_contact.sync(client=client, body=new), models.Conflict)
        changed = contacts.update_contact.sync(
            created.contact.id, client=client, body=models.ContactToUpdate(city="London")
        )
        assert (changed.contact.city, changed.is_dirty) == ("London", True)
        shown = contacts.list_contacts.sync(client=client, search="ada", statuses=[models.ContactStatus.SUBSCRIBED])
        assert [contact.city for contact in shown.data] == ["London"]


def use_fluenzr(package: Any, address: str, key: str) -> None:
    models = package.models
    contacts = importlib.import_module(f"{package.__name__}.api.contacts")
    with package.AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True) as client:
        new = models.NewContact(email="mary@example.com", first_name="Mary", tags=["prospect"])
        created = contacts.create_contact.sync(client=client, body=new)
        assert isinstance(created, models.ContactResponse)
        assert created.data.tags == ["prospect"]
        refused = contacts.create_contact.sync(client=client, body=new)
        assert refused.error.code == models.ErrorCode.CONFLICT
        changed = contacts.update_contact.sync(
            created.data.id, client=client, body=models.ContactChanges(job_title="CEO")
        )
        assert (changed.data.job_title, changed.data.tags) == ("CEO", ["prospect"])
        shown = contacts.list_contacts.sync(client=client, email="mary", status=models.ContactStatus.ACTIVE)
        assert [contact.job_title for contact in shown.data] == ["CEO"]
        assert shown.meta.total == 1
