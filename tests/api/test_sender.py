"""Where a request comes from."""

from typing import Any

import pytest
from django.test import RequestFactory

from api.sender import address_of


@pytest.mark.parametrize(
    ("proxy", "headers", "expected"),
    [
        (False, {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6"}, "192.0.2.1"),
        (True, {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.2"}, "192.0.2.2"),
        (True, {"REMOTE_ADDR": "192.0.2.3"}, "192.0.2.3"),
        (False, {"REMOTE_ADDR": "2001:db8::1:2:3:4"}, "2001:db8::"),
        (True, {"HTTP_X_FORWARDED_FOR": "nonsense"}, None),
        (False, {"REMOTE_ADDR": ""}, None),
    ],
)
def test_the_address_is_what_the_proxy_saw(
    settings: Any, proxy: bool, headers: dict[str, str], expected: str | None
) -> None:
    settings.BEHIND_PROXY = proxy
    assert address_of(RequestFactory().get("/", **headers)) == expected  # type: ignore[arg-type]
