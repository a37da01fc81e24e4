"""Loaded before Django's settings: without DATABASE_URL the tests run on the private PostGIS."""

import os

if "DATABASE_URL" not in os.environ:
    from config import private_postgres

    private_postgres.export_urls()
