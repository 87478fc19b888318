"""Rows of automations for tests of what shows them. tests/automations/working.py makes automations that run."""

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from automations.models import Automation, Block, BlockRun, Enrolment
from tests.factories import SubscriberFactory


class AutomationFactory(DjangoModelFactory[Automation]):
    class Meta:
        model = Automation

    title = Sequence(lambda n: f"Automation {n}")
    trigger_name = "user_register"


class BlockFactory(DjangoModelFactory[Block]):
    class Meta:
        model = Block

    automation = SubFactory(AutomationFactory)
    action_name = "add_contact_to_tag"
    title = Sequence(lambda n: f"Block {n}")


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    automation = SubFactory(AutomationFactory)
    subscriber = SubFactory(SubscriberFactory)


class BlockRunFactory(DjangoModelFactory[BlockRun]):
    class Meta:
        model = BlockRun

    enrolment = SubFactory(EnrolmentFactory)
    block = LazyAttribute(lambda run: BlockFactory.create(automation=run.enrolment.automation))
