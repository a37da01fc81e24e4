"""What a line of the log says of who lives where: nothing."""

import logging
from uuid import uuid4

import pytest
from django.test import Client

from tests.households.homes import by_job, home
from tests.town import Town


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the handler of the settings would write of the records."""
    caplog.handler.setFormatter(logging.Formatter("{message}", style="{"))
    (stderr,) = [one for one in logging.getLogger().handlers if one.name == "stderr"]
    return [stderr.format(record) for record in caplog.records if stderr.filter(record)]


def test_no_line_says_which_household_was_asked_for(
    client: Client, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with by_job():
        there = home(town.buildings[0])
    client.force_login(town.teammate)
    addresses = [
        f"/care/households/{there.pk}/",
        f"/api/v1/care/visits/{there.pk}/",
        f"/care/visits/{there.pk.hex}/",
        f"/care/nowhere/{str(there.pk).upper()}",
    ]
    for address in addresses:
        assert client.get(address).status_code in (403, 404)
    said = lines(caplog)
    assert len(said) >= len(addresses)
    for line in said:
        assert str(there.pk) not in line.lower() and there.pk.hex not in line.lower()
    assert any("/care/households/<id>/" in line for line in said)


def test_other_lines_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    key = uuid4()
    logging.getLogger("gridwalk.jobs").warning("patrol %s of %d", key, 3)
    assert f"patrol {key} of 3" in lines(caplog)[-1]
