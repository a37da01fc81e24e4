"""The door for the production server (granian config.wsgi:application)."""

import os

from django.core.wsgi import get_wsgi_application

from config.admission import Admission
from config.web_role import refuse_to_serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("GRIDWALK_PROCESS", "web")
application = Admission(get_wsgi_application())
refuse_to_serve()
