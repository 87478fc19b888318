"""What the routes of dynamic segments take and answer (see rest.openapi)."""

from dynamic_segments.api.schema.segment import COMPONENTS
from dynamic_segments.api.schema.segments import ROUTES

__all__ = ["COMPONENTS", "ROUTES"]
