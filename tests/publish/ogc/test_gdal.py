"""GDAL reads the running server as it reads any other: OAPIF, with a token in a header.

In a process of its own, as QGIS is: GDAL here would hold this process while the server, a thread
of it, has to answer.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from cases.default_categories import plant
from cases.models import Category
from streetlights.models import Lamp
from tests.cases.play import report
from tests.publish.ogc.programs import token
from tests.town import Town, place, small_town, walk

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = ((50, 50), (150, 50))
#: More than one page of GDAL's own size.
LAMPS = 1100
#: Is told of a source and of layers with how to read each, and prints what it found of them.
READER = """
import json, sys
import pyogrio
asked = json.loads(sys.argv[1])
source = asked["source"]
print(json.dumps({
    "layers": sorted(str(row[0]) for row in pyogrio.list_layers(source)),
    "read": [
        {
            "features": len(frame),
            "crs": frame.crs.to_string(),
            "bounds": frame.total_bounds.tolist(),
            "first": frame.drop(columns="geometry").iloc[0].astype(str).to_dict(),
        }
        for layer, how in asked["reads"]
        for frame in [pyogrio.read_dataframe(
            source, layer=layer, bbox=tuple(how["bbox"]) if "bbox" in how else None,
            where=how.get("where"))]
    ],
}))
"""


@pytest.fixture
def town(transactional_db: None) -> Town:
    plant(Category)
    return small_town()


def shown(secret: str) -> dict[str, str]:
    """How GDAL is told of a token: from 3.9 on by the first two, before that by the last."""
    bearer = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": secret}
    return {**bearer, "GDAL_HTTP_HEADERS": f"Authorization: Bearer {secret}"}


def reads(
    live_server: Any, secret: str, *wanted: tuple[str, dict[str, Any]], asking: str = ""
) -> dict[str, Any]:
    asked = {"source": f"OAPIF:{live_server.url}/ogc{asking}", "reads": wanted}
    done = subprocess.run(
        [sys.executable, "-c", READER, json.dumps(asked)],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, **(shown(secret) if secret else {})},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_gdal_reads_layers_pages_boxes_and_coordinates(live_server: Any, town: Town) -> None:
    lamps = Lamp.objects.count()
    Lamp.objects.bulk_create(
        Lamp(
            community=town.community,
            cell=town.west,
            osm_id=f"node/9{nth:05}",
            number=f"A{nth}",
            location=Point(*place(10 + nth % 100, 10 + nth // 100), srid=4326),
        )
        for nth in range(LAMPS)
    )
    walk(town, town.worker, FIRST, 0, 1000, days_ago=100)
    report(town)
    west, south, east, north = (*place(9.5, 9.5), *place(109.5, 10.5))
    found = reads(
        live_server,
        token(town),
        ("lamps", {}),
        ("lamps", {"bbox": [west, south, east, north]}),
        ("streets", {"where": "freshness = 'overdue'"}),
        ("cases", {}),
        ("cells", {}),
    )
    assert found["layers"] == ["cases", "cells", "lamps", "service-points", "streets"]
    everything, boxed, overdue, cases, cells = found["read"]
    assert everything["features"] == lamps + LAMPS
    assert everything["crs"] in ("OGC:CRS84", "EPSG:4326")
    assert boxed["features"] == 100
    assert west < boxed["bounds"][0] < boxed["bounds"][2] < east
    assert (overdue["features"], overdue["first"]["name"]) == (1, "Row 1")
    assert cases["first"]["category"] == "paving"
    assert cells["features"] == 2
    # A program that can send no header has the token in the address.
    by_address = reads(live_server, "", ("cells", {}), asking=f"?token={token(town)}")
    assert by_address["read"][0]["features"] == 2


def test_ogrinfo_lists_and_describes(live_server: Any, town: Town) -> None:
    """The program of the distribution, which knows nothing of us."""
    walk(town, town.worker, FIRST, 0, 1000, days_ago=100)
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("needs ogrinfo (gdal-bin)")
    # Its own data, not that of the wheel that Django uses here.
    kept = {name: os.environ[name] for name in os.environ.keys() - {"GDAL_DATA", "PROJ_DATA"}}
    own = {**kept, **shown(token(town))}

    def told(*arguments: str) -> str:
        done = subprocess.run(
            [ogrinfo, "-ro", *arguments], capture_output=True, check=False, text=True, env=own
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    address = f"OAPIF:{live_server.url}/ogc"
    layers = told(address)
    for name in ("cells", "streets", "lamps", "cases", "service-points"):
        assert f": {name} " in layers
    streets = told("-so", address, "streets")
    assert "Feature Count: 24" in streets
    assert "days_since_walked: Integer" in streets
    assert "freshness: String" in streets
    own = {**kept, **shown("wrong")}
    refused = subprocess.run(
        [ogrinfo, "-ro", address], capture_output=True, check=False, text=True, env=own
    )
    assert refused.returncode != 0
    assert "Row 1" not in refused.stdout


def test_the_requests_of_qgis(live_server: Any, town: Town) -> None:
    """What QGIS asks, in its order, when a layer is added and the map is moved."""
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token(town)}"

        def ask(address: str) -> Any:
            response = session.get(address, timeout=60)
            assert response.status_code == 200, response.text[:300]
            return response.json()

        landing = ask(f"{live_server.url}/ogc/")
        links = {link["rel"]: link["href"] for link in landing["links"]}
        document = ask(links["service-desc"])
        limit = document["paths"]["/collections/streets/items"]["get"]["parameters"]
        assert any("limit" in str(parameter) for parameter in limit)
        assert ask(links["conformance"])["conformsTo"]
        (streets,) = (one for one in ask(links["data"])["collections"] if one["id"] == "streets")
        west, south, east, north = streets["extent"]["spatial"]["bbox"][0]
        items = next(
            link["href"] for link in streets["links"]
            if link["rel"] == "items" and link["type"] == "application/geo+json"
        )  # fmt: skip
        assert len(ask(f"{items}&limit=10")["features"]) == 10
        page = ask(f"{items}&limit=1000&bbox={west},{south},{east},{north}")
        assert page["numberReturned"] == 24
