"""`GET /wp-json/wp/v2/users/me`: clients call it to test their credentials."""

from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from wp_rest.viewsets import RestViewSet


class UserViewSet(RestViewSet):
    rights: ClassVar = {"me": None}

    @action(detail=False)
    def me(self, request: Request) -> Response:
        user: Any = request.user
        digest = sha256(user.email.strip().lower().encode()).hexdigest()
        return Response(
            {
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
        )
