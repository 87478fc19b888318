"""/setting/experiments (recording companies.json)."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from companies.services import experiments, remember_experiments
from wp_rest.parameters import is_true
from wp_rest.viewsets import RestViewSet


class ExperimentsViewSet(RestViewSet):
    """FluentCRM's switches for its modules. They are stored, but on this server all modules are always on."""

    rights: ClassVar = {"list": "companies.view_experiments", "create": "companies.change_experiments"}

    def list(self, request: Request) -> Response:
        return Response({"settings": experiments()})

    def create(self, request: Request) -> Response:
        switches = {
            name: "yes" if is_true(value) else "no"
            for name, value in self.params.items()
            # Only names that a module can have are stored; PostgreSQL cannot store NUL.
            if isinstance(value, str | bool | int) and len(name) <= 64 and name.isascii() and name.isidentifier()
        }
        remember_experiments(switches)
        return Response({"message": "Settings has been updated"})
