"""The small town in a database of its own, for a server that is killed: run in its own process.

``python -m tests.sync.killed_town TABLETS`` migrates the database of DATABASE_URL and prints what
tablets need to know of it as JSON.
"""

import json
import sys

import django


def main(tablets: int) -> None:
    django.setup()
    from django.contrib.gis.geos import Point
    from django.core.management import call_command
    from django.test import Client

    from streetlights.models import Lamp
    from tests.town import place, small_town

    call_command("migrate", verbosity=0)
    town = small_town()
    lamp = Lamp.objects.create(
        community=town.community,
        cell=town.west,
        number="1",
        location=Point(*place(100, 60), srid=4326),
    )
    sessions = []
    for _tablet in range(tablets):
        client = Client()
        client.force_login(town.worker)
        sessions.append(client.cookies["sessionid"].value)
    lon, lat = place(100, 60)
    print(json.dumps({"sessions": sessions, "lamp": lamp.pk, "lon": lon, "lat": lat}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
