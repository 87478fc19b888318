"""Smart links for tests."""

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from smart_links.models import SmartLink


class SmartLinkFactory(DjangoModelFactory[SmartLink]):
    class Meta:
        model = SmartLink

    title = Sequence(lambda n: f"Smart link {n}")
    target_url = Sequence(lambda n: f"https://shop.example.com/{n}")
