"""What tests of the routes of automations share."""

import pytest

from automations.models import Automation
from segments.models import ContactList, Tag
from tests.automations.factories import AutomationFactory
from tests.factories import ContactListFactory, TagFactory


@pytest.fixture
def tag(db: None) -> Tag:
    return TagFactory.create()


@pytest.fixture
def contact_list(db: None) -> ContactList:
    return ContactListFactory.create()


@pytest.fixture
def automation(db: None) -> Automation:
    """A draft without blocks."""
    return AutomationFactory.create(title="Welcome", description="For new users")
