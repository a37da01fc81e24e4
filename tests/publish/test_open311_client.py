"""A stock Open311 client, `georeport` from PyPI, reads a running server."""

from typing import Any

import georeport
import pytest
from django.utils import timezone

from cases.default_categories import plant
from cases.models import Category
from tests.cases.play import report, to_done
from tests.town import Town, small_town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> Town:
    plant(Category)
    return small_town()


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_stock_client_reads_services_and_requests(
    live_server: Any, town: Town, form: str
) -> None:
    now = timezone.now()
    going, over = report(town, "lamp", now=now), report(town, now=now)
    to_done(town, over, town.teammate, now=now)
    client = georeport.GeoReport(f"{live_server.url}/open311/v2", output_format=form)
    services = {row["service_code"]: row["service_name"] for row in client.get_service_list()}
    assert services["lamp"] == "Streetlight is dark"
    assert client.get_service_definition("lamp")["service_code"] == "lamp"
    rows = client.get_service_requests()
    assert [(row["service_request_id"], row["status"]) for row in rows] == [
        (str(over.pk), "closed"),
        (str(going.pk), "open"),
    ]
    one = client.get_service_request(str(going.pk))
    assert (float(one["lat"]), float(one["long"])) == pytest.approx(
        (going.location.y, going.location.x), abs=1e-6
    )
