"""Users as WordPress shows them (recordings rest-layer.json and users-and-permissions.json)."""

from datetime import UTC
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from accounts.api.services import ROLE

CAPABILITIES = {"read": True, "level_0": True, ROLE: True}


def show_user(user: User) -> dict[str, Any]:
    """A user as anybody may see them, and `me`."""
    digest = sha256(user.email.strip().lower().encode()).hexdigest()
    return {
        "id": user.pk,
        "name": user.get_full_name() or user.username,
        "url": settings.SITE_URL,
        "description": "",
        "link": f"{settings.SITE_URL}/author/{user.username}/",
        "slug": user.username,
        "avatar_urls": {
            size: f"https://www.gravatar.com/avatar/{digest}?s={size}&d=mm&r=g" for size in ("24", "48", "96")
        },
        "meta": [],
        "_links": {
            "self": [{"href": f"{settings.SITE_URL}/wp-json/wp/v2/users/{user.pk}"}],
            "collection": [{"href": f"{settings.SITE_URL}/wp-json/wp/v2/users"}],
        },
    }


def show_registered(user: User) -> dict[str, Any]:
    """A user who has just been added."""
    shown = show_user(user)
    return {
        "id": user.pk,
        "username": user.username,
        "name": shown["name"],
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "url": "",
        "description": "",
        "link": shown["link"],
        "locale": "en_US",
        "nickname": user.username,
        "slug": user.username,
        "roles": [ROLE],
        "registered_date": f"{user.date_joined.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}",
        "capabilities": CAPABILITIES,
        "extra_capabilities": {ROLE: True},
        "avatar_urls": shown["avatar_urls"],
        "meta": {"persisted_preferences": []},
        "_links": shown["_links"],
    }
