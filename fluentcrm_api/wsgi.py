"""The WSGI application: any WSGI server can run `fluentcrm_api.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluentcrm_api.settings")

application = get_wsgi_application()
