"""What /setting takes and answers (see rest.openapi)."""

from typing import Any

from options.api.serializers import GROUPS, HOOKS, BusinessSettingsSerializer, EmailSettingsSerializer
from rest.openapi import INTEGER, TEXT, Operation, Routes, Schema, body_of, listed, obj, one_of, query, ref, say, sent
from wp_rest.openapi import INVALID, message, refused

COMPONENTS: dict[str, Schema] = {
    "EmailSettings": obj(
        {
            "from_name": TEXT,
            "from_email": say(TEXT, "The sender of all mails. Empty means the one of the server's configuration."),
            "reply_to_name": TEXT,
            "reply_to_email": TEXT,
            "emails_per_second": say(INTEGER, "At most so many mails a second; 0 for no limit."),
            "email_footer": TEXT,
        }
    ),
    "BusinessSettings": obj({"business_name": TEXT, "business_address": TEXT, "admin_email": TEXT}),
    "EmailSettingsToSave": body_of(
        EmailSettingsSerializer,
        {"email_footer": "HTML with a link to leave: `##crm.unsubscribe_url##` or `##crm.manage_subscription_url##`."},
        {
            "emails_per_second": INTEGER,
            "email_footer": TEXT,
        },
    ),
    "BusinessSettingsToSave": body_of(BusinessSettingsSerializer, {}),
}
EXAMPLE: dict[str, Any] = {
    "email_settings": {
        "from_name": "Shop",
        "from_email": "shop@example.com",
        "reply_to_name": "",
        "reply_to_email": "",
        "emails_per_second": 15,
        "email_footer": '<p><a href="##crm.unsubscribe_url##">Unsubscribe</a></p>',
    },
    "business_settings": {
        "business_name": "Shop Ltd",
        "business_address": "1 High St",
        "admin_email": "{{wp.admin_email}}",
    },
}
SHOWN = {"email_settings": ref("EmailSettings"), "business_settings": ref("BusinessSettings")}
ROUTES: Routes = {
    "/fluent-crm/v2/setting": {
        "GET": Operation(
            name="getSettings",
            topic="Settings",
            summary="Get settings",
            description="Returns the groups of settings that you name. Unknown names are left out.",
            parameters=[
                query("settings_keys[]", listed(one_of(*GROUPS, title="SettingsGroup")), "The groups to return.")
            ],
            answer=obj(SHOWN, optional=SHOWN, title="Settings"),
            example=EXAMPLE,
        ),
        "PUT": Operation(
            name="updateSettings",
            topic="Settings",
            summary="Change settings",
            description="Changes only what you send.",
            body=sent(
                {
                    "settings": sent(
                        {
                            "email_settings": ref("EmailSettingsToSave"),
                            "business_settings": ref("BusinessSettingsToSave"),
                        },
                        title="SettingsToSave",
                    )
                },
                title="WrappedSettings",
            ),
            body_example={"settings": {"business_settings": {"business_name": "Shop Ltd"}}},
            answer=message("Settings Updated"),
            example={"message": "Settings Updated"},
            refusals={400: INVALID},
        ),
    },
    "/fluent-crm/v2/setting/run_cron": {
        "POST": Operation(
            name="runScheduledWork",
            topic="Settings",
            summary="Run scheduled work",
            description="Asks the workers to look at once for work that is due, for example mail. The answer does not wait "
            "for them. Workers look for due work every second anyway, so you hardly need this route. All hooks do the "
            "same.",
            body=sent({"hook": one_of(*HOOKS)}, required=["hook"], title="ScheduledWork"),
            body_example={"hook": HOOKS[0]},
            answer=message("Selected CRON Event successfully ran"),
            example={"message": "Selected CRON Event successfully ran"},
            refusals={422: refused("There is no such hook.", f"The hook must be one of: {', '.join(HOOKS)}.")},
        ),
    },
}
