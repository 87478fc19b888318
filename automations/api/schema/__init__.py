"""What the routes of automations take and answer (see rest.openapi), in the order of the document."""

from automations.api.schema import automations, blocks, enrolments, parts, reports
from rest.openapi import Routes, Schema

COMPONENTS: dict[str, Schema] = {**parts.COMPONENTS, **blocks.COMPONENTS}
ROUTES: Routes = {**automations.ROUTES, **blocks.ROUTES, **enrolments.ROUTES, **reports.ROUTES}
