"""What the routes of tags and lists take and answer (see rest.openapi)."""

from rest.openapi import Routes
from segments.api.schema import many, segments
from segments.api.schema.segment import COMPONENTS

__all__ = ["COMPONENTS", "ROUTES"]

ROUTES: Routes = {**segments.ROUTES, **many.ROUTES}
