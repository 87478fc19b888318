"""The WSGI application: any WSGI server can run `fluentcrm_api.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluentcrm_api.settings")

application = get_wsgi_application()

from database.timeouts import limit_statements  # noqa: E402 - the apps are loaded now

# Here, so that requests have time-outs on every server but migrations have none.
limit_statements()
