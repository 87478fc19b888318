"""The routes of the module switches (recording companies.json)."""

from rest.openapi import ANYTHING, Operation, Routes, mapped, obj, one_of
from wp_rest.openapi import message

SWITCH = one_of("yes", "no", title="Switch")
SAVED = "Settings has been updated"
ROUTES: Routes = {
    "/fluent-crm/v2/setting/experiments": {
        "GET": Operation(
            name="getModules",
            topic="This API",
            summary="Get the module switches",
            description="Returns what was stored last. On this server all modules are always on.",
            answer=obj(
                {
                    "settings": mapped(
                        SWITCH, properties={"company_module": SWITCH, "event_tracking": SWITCH}, title="Modules"
                    )
                },
            ),
            example={"settings": {"company_module": "yes", "event_tracking": "yes"}},
        ),
        "POST": Operation(
            name="setModules",
            topic="This API",
            summary="Set the module switches",
            description="Stores the switches. They have no effect: on this server all modules are always on.",
            body=mapped(ANYTHING, title="ModulesToSave", description="The name of each module, with `yes` or `no`."),
            body_example={"company_module": "yes"},
            answer=message(SAVED),
            example={"message": SAVED},
        ),
    }
}
