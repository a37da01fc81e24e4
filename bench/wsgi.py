"""The server of a bench: its database is its own, holds no homes, and is served as its owner."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
