"""/setting: the groups of settings that staff change (recording settings.json), and a push to the workers."""

from typing import ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from emails.settings import shown_settings
from jobs.services import run_sweeps_now
from options.api.serializers import GROUPS, HOOKS
from options.services import write_option
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import as_list
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet


class SettingViewSet(RestViewSet):
    """Groups of settings by name; only those of GROUPS."""

    rights: ClassVar = {
        "list": "options.view_option",
        "replace": "options.change_option",
        "run_cron": "options.change_option",
    }

    def list(self, request: Request) -> Response:
        names = [str(name) for name in as_list(self.params.get("settings_keys"), "settings_keys")]
        return Response(shown_settings(names))

    @transaction.atomic
    def replace(self, request: Request) -> Response:
        """Set what is sent of each group; what is not sent of it stays."""
        sent = as_object(self.params.get("settings") or {})
        if sent is None:
            raise invalid("settings", "The settings must be an object.", "object")
        if unknown := sent.keys() - GROUPS.keys():
            raise invalid(name := min(unknown), f"There are no settings with the name {name}.", "unknown")
        for name, serializer_class in GROUPS.items():
            if name in sent:
                serializer = serializer_class(data=as_object(sent[name]) or {})
                serializer.is_valid(raise_exception=True)
                write_option(name, serializer.validated_data)
        return Response({"message": "Settings Updated"})

    @action(detail=False, methods=["post"])
    def run_cron(self, request: Request) -> Response:
        """Let all work that waits for its time run now, whatever the hook: workers look every second anyway."""
        if self.params.get("hook") not in HOOKS:
            raise Unprocessable(f"The hook must be one of: {', '.join(HOOKS)}.")
        run_sweeps_now()
        return Response({"message": "Selected CRON Event successfully ran"})
