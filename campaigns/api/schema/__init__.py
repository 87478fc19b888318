"""What the routes of campaigns take and answer (see rest.openapi)."""

from campaigns.api.schema.campaigns import CAMPAIGN_ROUTES
from campaigns.api.schema.components import COMPONENTS
from campaigns.api.schema.further import FURTHER_ROUTES
from campaigns.api.schema.recurring import RECURRING_ROUTES
from campaigns.api.schema.sending import SENDING_ROUTES
from rest.openapi import Routes

ROUTES: Routes = {**CAMPAIGN_ROUTES, **SENDING_ROUTES, **FURTHER_ROUTES, **RECURRING_ROUTES}

__all__ = ["COMPONENTS", "ROUTES"]
