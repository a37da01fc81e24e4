"""Who reads Chinese is refused in Chinese, whoever wrote the sentence: us, Django or others."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.town import Town

LATIN = re.compile(r"[A-Za-z][a-z]+ [a-z]+ [a-z]+")  # three words are a sentence
QUESTIONS = [
    *("patrols/?member=x", "patrols/?member=0", "patrols/?state=x", "patrols/?since=x"),
    *("patrols/?area=x", "patrols/x/", "segments/?duty=x", "segments/?bbox=1", "nothing/"),
    *("here/?lon=x&lat=1", "freshness/?area=990101001001&days=1.5", "freshness/", "me/?format=x"),
]
BODIES = [
    *("{", '{"a": 1,}', '{"a": NaN}', '{"a": 1, "a": 2}', "5", "[]", "{}", '{"fixes": 5}'),
    '{"id": 5, "started_at": "x", "mode": [], "team": {}, "fixes": null}',
    '{"id": "x", "started_at": 5, "mode": "x", "team": "x", "fixes": [{"lon": 1}]}',
    '{"mode": null, "fixes": [{"lon": 1, "lat": 200, "at": "x", "accuracy": -1}]}',
]


@pytest.fixture
def reader(client: Client, town: Town) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    client.force_login(town.administrator)
    return client


def sentences(answer: Any) -> Iterator[str]:
    error = answer.json()["error"]
    yield error["message"]
    for said in error.get("fields", {}).values():
        yield from said


def is_chinese(sentence: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", sentence)) and not LATIN.search(sentence)


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions(reader: Client, question: str) -> None:
    answer = reader.get(f"/api/v1/{question}")
    assert answer.status_code in {400, 404}
    assert [said for said in sentences(answer) if not is_chinese(said)] == []


@pytest.mark.parametrize("text", BODIES)
def test_bodies(reader: Client, text: str) -> None:
    answer = reader.post("/api/v1/patrols/", text, content_type="application/json")
    assert answer.status_code == 400
    assert [said for said in sentences(answer) if not is_chinese(said)] == []


def test_ways_of_asking(reader: Client) -> None:
    answers = [
        reader.put("/api/v1/patrols/", "{}", content_type="application/json"),
        reader.post("/api/v1/patrols/", {"a": 1}),
        reader.get("/api/v1/me/", headers={"Accept": "text/html"}),
        Client(headers={"Accept-Language": "zh-hans"}).get("/api/v1/patrols/"),
    ]
    assert [answer.status_code for answer in answers] == [405, 415, 406, 401]
    said = [sentence for answer in answers for sentence in sentences(answer)]
    assert [sentence for sentence in said if not is_chinese(sentence)] == []


def test_json_is_refused_with_the_place(reader: Client) -> None:
    broken = json.dumps({"fixes": []}, indent=1)[:-1]
    answer = reader.post("/api/v1/patrols/", broken, content_type="application/json")
    assert answer.json()["error"]["message"] == "这不是 JSON：第 3 行从第 1 列起无法读取。"
