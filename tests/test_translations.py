"""Every sentence that a person sees is there in Chinese too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
import rest_framework
import rest_framework_gis
from django.utils import translation

from map_static.words import words

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
APPS = [
    "accounts",
    "api",
    "cases",
    "config",
    "fixtures",
    "grid",
    "handover",
    "households",
    "map_static",
    "patrols",
    "publish",
    "rounds",
    "streetlights",
    "sync",
]
MARKERS = {"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext", "ngettext_lazy"}
TAG = re.compile(r"""\{%\s*translate\s+("[^"]*"|'[^']*')""")
FIELD = re.compile(r"%\(\w+\)(?:\.\d)?[sdrf]|%[sd]|\{\w*\}")


def sources() -> Iterator[tuple[str, str]]:
    """(file, sentence) of everything marked for translation, read without running it."""
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                name = isinstance(node, ast.Call) and getattr(node.func, "id", None)
                if name in MARKERS and isinstance(node, ast.Call) and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield str(file.relative_to(ROOT)), first.value
        for file in (ROOT / app).rglob("*.html"):
            for tag in TAG.finditer(file.read_text(encoding="utf-8")):
                yield str(file.relative_to(ROOT)), tag[1][1:-1]


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return {
        entry.msgid: entry.msgstr or entry.msgstr_plural.get(0, "")
        for entry in polib.pofile(str(CATALOGUE))
    }


def test_every_marked_sentence_is_translated(catalogue: dict[str, str]) -> None:
    missing = sorted({f"{file}: {text}" for file, text in sources() if not catalogue.get(text)})
    assert missing == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said(catalogue: dict[str, str]) -> None:
    said = {text for _file, text in sources()}
    blocks = "".join(
        file.read_text(encoding="utf-8") for app in APPS for file in (ROOT / app).rglob("*.html")
    )
    stale = [text for text in catalogue if text not in said and text.split("%(")[0] not in blocks]
    assert stale == []


def test_what_is_filled_in_stays_the_same(catalogue: dict[str, str]) -> None:
    def fields(text: str) -> list[str]:
        return sorted(FIELD.findall(text))

    differing = {
        text: chinese for text, chinese in catalogue.items() if fields(text) != fields(chinese)
    }
    assert differing == {}


def test_what_rest_framework_says_is_said_in_chinese() -> None:
    """Its own Chinese, or ours where it has none."""
    said = {
        str(node.args[0].value)
        for package in (rest_framework, rest_framework_gis)
        for file in Path(package.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", None) in MARKERS - {"ngettext", "ngettext_lazy"}
        and isinstance(node.args[0], ast.Constant)
    }
    assert "This field is required." in said
    with translation.override("zh-hans"):
        assert sorted(text for text in said if translation.gettext(text) == text) == []


def test_the_map_speaks_chinese() -> None:
    english = words()
    with translation.override("zh-hans"):
        chinese = words()
    assert chinese.keys() == english.keys()
    assert [key for key in english if english[key] == chinese[key]] == []


def test_scripts_and_words_agree() -> None:
    """No script asks for a sentence that is not there, and none lies about unused."""
    text = "".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "map_static/static/map_static/js").glob("*.js")
    )
    asked = set(re.findall(r"""\bt\(\s*["'`]([a-z_]+\.[\w]+)["'`]""", text))
    quoted = set(re.findall(r"""["'`]([a-z]+\.\w+)["'`]""", text))
    counted = set(re.findall(r"""\bcount\(\s*["']([a-z]+\.\w+)["']""", text))
    built = {match.rstrip("${") for match in re.findall(r"`([a-z]+\.[a-z_]*)\$\{", text)}
    known = set(words())
    assert asked - known == set()
    assert {f"{key}_other" for key in counted} - known == set()
    unused = {
        key
        for key in known
        if key not in quoted
        and re.sub(r"_(one|other)$", "", key) not in counted
        and not any(key.startswith(prefix) for prefix in built)
    }
    assert unused == set()
