"""What other systems know about a contact: a hook for apps of a site.

FluentCRM's profile screen shows purchases, form submissions, support tickets, a page of another
system and small widgets. This server has none of these; an app of the site can provide them:

    # shop/apps.py
    from django.apps import AppConfig

    class ShopConfig(AppConfig):
        name = "shop"

        def ready(self):
            from profile_sections.providers import register
            from shop.orders import orders_of
            register("purchase-history", "shop", orders_of)

    # shop/orders.py
    def orders_of(contact, params):
        orders = Order.objects.filter(email=contact.email)
        return {"orders": [{"order": f"#{order.pk}", "total": str(order.total)} for order in orders],
                "total": len(orders)}

`GET /subscribers/1/purchase-history?provider=shop` then answers `{"orders": {"orders": [...],
"total": 2}}`. A provider is called with the Subscriber and the request's parameters and returns the
section's object; what it leaves out stays as in the empty answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from subscribers.models import Subscriber

Provider = Callable[[Subscriber, Mapping[str, Any]], Mapping[str, Any]]

SECTIONS = ("purchase-history", "form-submissions", "support-tickets", "external_view", "info-widgets")
_providers: dict[tuple[str, str], Provider] = {}


def register(section: str, name: str, provider: Provider) -> None:
    """Let `provider` answer a section (one of SECTIONS) when a request names it. Raises ValueError."""
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is none of {', '.join(SECTIONS)}")
    _providers[section, name] = provider


def unregister(section: str, name: str) -> None:
    """Remove a provider; no error if it does not exist."""
    _providers.pop((section, name), None)


def providers_of(section: str) -> dict[str, Provider]:
    """The providers of a section by their names."""
    return {name: provider for (of, name), provider in _providers.items() if of == section}
