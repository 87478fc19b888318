"""What the routes of sequences take and answer (see rest.openapi; FluentCRM Pro's published interface)."""

from rest.openapi import Routes, Schema
from sequences.api.schema.mails import MAIL_COMPONENTS, MAIL_ROUTES
from sequences.api.schema.sequences import SEQUENCE_COMPONENTS, SEQUENCE_ROUTES
from sequences.api.schema.trackers import TRACKER_COMPONENTS, TRACKER_ROUTES

COMPONENTS: dict[str, Schema] = {**SEQUENCE_COMPONENTS, **MAIL_COMPONENTS, **TRACKER_COMPONENTS}
ROUTES: Routes = {**SEQUENCE_ROUTES, **MAIL_ROUTES, **TRACKER_ROUTES}
