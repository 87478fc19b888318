"""Every route of the server: the admin, the FluentCRM face and FluenzR's."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from fluentcrm_api.landing import landing
from fluenzr.dialect import NoRouteView
from wp_rest.urls import wordpress_urls

handler400 = "fluentcrm_api.errors.bad_request"
handler403 = "fluentcrm_api.errors.forbidden"
handler404 = "fluentcrm_api.errors.not_found"
handler500 = "fluentcrm_api.errors.server_error"

FLUENTCRM = "fluent-crm/v2"

urlpatterns = [
    path("", landing),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("mail/", include("emails.urls")),
    path("mail/", include("campaigns.urls")),
    path("go/", include("smart_links.urls")),
    path("fluentcrm/", include("webhooks.urls")),
    path("v1/", include("fluenzr.urls")),
    path("v1", NoRouteView.as_view()),
    path(
        "wp-json/",
        include(
            wordpress_urls(
                {
                    FLUENTCRM: [
                        "fluentcrm_api.openapi.urls",
                        "segments.api.urls",
                        "dynamic_segments.api.urls",
                        "custom_fields.api.urls",
                        "companies.api.urls",
                        "bulk_actions.api.urls",
                        "events.api.urls",
                        "profile_sections.api.urls",
                        "changes.api.urls",
                        "jobs.api.urls",
                        "notes.api.urls",
                        "options.api.urls",
                        "emails.api.urls",
                        "smart_links.api.urls",
                        "labels.api.urls",
                        "automations.api.urls",
                        "sequences.api.urls",
                        "campaigns.api.urls",
                        "webhooks.api.urls",
                        "reports.api.urls",
                        "subscribers.api.urls",
                        "feed.api.urls",
                    ],
                    "wp/v2": ["accounts.api.urls"],
                }
            )
        ),
    ),
]
