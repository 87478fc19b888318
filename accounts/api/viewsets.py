"""WordPress's users: who is asking, who there is, and new ones, who are a way into automations."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.representation import show_registered, show_user
from accounts.api.serializers import UserSerializer
from accounts.api.services import EmailTaken, UsernameTaken, register_user
from wp_rest.exceptions import NotFound, RestError
from wp_rest.pagination import PageRequest
from wp_rest.viewsets import RestViewSet

VIEW, ADD = "auth.view_user", "auth.add_user"


class UserViewSet(RestViewSet):
    """Active users, by their ids."""

    rights: ClassVar = {"list": VIEW, "create": ADD, "retrieve": VIEW, "me": None}

    def list(self, request: Request) -> Response:
        """A page of users, without an envelope: the numbers are in headers, as WordPress has them."""
        page = PageRequest.from_params(self.params, 10)
        users, total = page.read(User.objects.filter(is_active=True).order_by("pk"))
        headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // page.per_page))}
        return Response([show_user(user) for user in users], headers=headers)

    def create(self, request: Request) -> Response:
        """Add a user. They have no rights until staff give them some in the admin."""
        serializer = UserSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        fields = {name: value for name, value in serializer.validated_data.items() if name != "roles"}
        try:
            user = register_user(fields)
        except UsernameTaken:
            raise RestError("Sorry, that username already exists!", code="existing_user_login") from None
        except EmailTaken:
            raise RestError("Sorry, that email address is already used!", code="existing_user_email") from None
        return Response(show_registered(user), status=201)

    def retrieve(self, request: Request, pk: int) -> Response:
        user = User.objects.filter(pk=pk, is_active=True).first()
        if user is None:
            raise NotFound("Invalid user ID.", code="rest_user_invalid_id")
        return Response(show_user(user))

    @action(detail=False)
    def me(self, request: Request) -> Response:
        user: Any = request.user
        return Response(show_user(user))
