"""How many requests a web process works on at once, and what gives a place back."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from config.admission import STREAMS, Admission


class Answers:
    """A WSGI application that counts who is inside until the answer is closed."""

    def __init__(self) -> None:
        self.inside = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/broken/":
            raise RuntimeError
        self.inside += 1
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"answer"

    def close(self) -> None:
        self.inside -= 1


def _ask(app: Admission, path: str = "/") -> Any:
    return app({"PATH_INFO": path}, lambda *told: None)


def test_another_request_waits_until_an_answer_is_closed() -> None:
    inner = Answers()
    app = Admission(inner, 2)
    first, _second = _ask(app), _ask(app)
    got: list[Any] = []
    third = threading.Thread(target=lambda: got.append(_ask(app)), daemon=True)
    third.start()
    assert inner.inside == 2
    assert b"".join(first) == b"answer"
    first.close()
    third.join(60)
    assert not third.is_alive()
    assert inner.inside == 2
    # Closing twice makes room once.
    first.close()
    with pytest.raises(RuntimeError):
        got[0].close()
        _ask(app, "/broken/")
    assert inner.inside == 1


def test_an_answer_that_is_lost_and_a_fault_make_room() -> None:
    app = Admission(Answers(), 1)
    for _time in range(3):
        with pytest.raises(RuntimeError):
            _ask(app, "/broken/")
        lost = _ask(app)
        del lost


def test_streams_are_let_in_beside() -> None:
    inner = Answers()
    app = Admission(inner, 1)
    ordinary = _ask(app)
    for _each in range(5):
        _ask(app, STREAMS)
    assert inner.inside == 6
    ordinary.close()
