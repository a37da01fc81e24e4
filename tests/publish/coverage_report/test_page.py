"""The report as a page, a PDF and a picture: what a reader finds in it, in both languages."""

import base64
import dataclasses
import hashlib
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from shapely import affinity

from publish.coverage_report import as_html
from publish.coverage_report.formats import render
from publish.coverage_report.report import Head, MapData, Report
from tests.publish.coverage_report.sample import figures, sample

LANGUAGES = ("en", "zh-hans")
SAYS = {
    "en": ("Spatial coverage report", "How each figure is defined", "1–31 March 2026", "Tables"),
    "zh-hans": ("空间覆盖报告", "指标说明", "2026年3月1日至31日", "明细表"),
}


def page(report: Report, language: str) -> str:
    return render(report, "html", language).decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def nothing() -> Report:
    """An area without a street, a cell, a case or a visit."""
    return dataclasses.replace(
        sample(),
        figures=figures(metres=0),
        previous=figures(),
        weeks=(),
        kinds=(),
        cells=(),
        categories=(),
        overdue=(),
        overdue_streets=0,
        map=MapData(),
        visits_until=None,
    )


# -- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_answers_and_every_cell_has_its_own(language: str) -> None:
    report = sample()
    told = words(page(report, language))
    for expected in (*SAYS[language], "北岸社区", "990100000101", "81.2", "王芳", "&lt;5", "37–41"):
        assert expected in told, expected
    html = page(report, language)
    ids = re.findall(r'<h2 id="area-(\d+)"', html)
    assert ids == [cell.area.code for cell in report.cells]
    assert html.count("<svg") == 1 + 3 + len(report.cells)


def test_a_change_is_told_by_sign_and_words() -> None:
    told = words(page(sample(), "en"))
    assert "▲ 11.2 points higher than before" in told
    assert "▼ 2.5 points lower than before" in told
    assert "= as before" in told


def test_a_cell_without_a_worker_says_so() -> None:
    assert words(page(sample(), "en")).count("Nobody is responsible for this cell.") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_is_there_once_and_every_link_leads_somewhere(language: str) -> None:
    html = page(sample(), language)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="#([^"]+)"', html)
    assert links and set(links) <= set(ids)
    pointed = re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)
    assert pointed and set(pointed) <= set(ids)


def test_charts_and_maps_say_their_values_to_who_does_not_see_them() -> None:
    html = page(sample(), "en")
    assert re.search(r"<desc[^>]*>Coverage week by week: 4\u202fFeb|<desc[^>]*>Coverage week", html)
    assert re.search(r"<desc[^>]*>Overdue by kind of street: street 1\.0.km", html)
    assert re.search(r"<desc[^>]*>Coverage, lowest first: A cell with a rather long name", html)


def test_the_page_asks_for_nothing_and_keeps_a_strict_policy() -> None:
    html = unescape(page(sample(), "en"))
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b", html)
    assert not re.search(r'\sstyle="', html)
    addresses = set(re.findall(r"https?://[^\"' )<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style and "url(" not in style[1] and "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in as_html.policy()
    assert f'content="{as_html.policy()}"' in html
    assert "default-src 'none'" in as_html.policy()


def test_a_name_is_never_more_than_text() -> None:
    evil = '</title><script>alert(1)</script>"><img src=x>'
    report = dataclasses.replace(sample(), area=Head("990100000101", evil, 12))
    html = page(report, "en")
    assert "<script" not in html and "<img" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drawing_is_whole_xml(language: str) -> None:
    for drawing in re.findall(r"<svg.*?</svg>", page(sample(), language), re.DOTALL):
        assert ElementTree.fromstring(drawing).get("viewBox")  # noqa: S314


def test_the_answer_stays_on_the_first_page_however_long_names_are(tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    name = "长安区 and its long official name of the whole city, as it reads in the register"
    report = dataclasses.replace(
        sample(), area=Head("990100000101", name, 12), simulated=True, map=_tall(sample().map)
    )
    (tmp_path / "report.pdf").write_bytes(render(report, "pdf", "en"))
    subprocess.run(["pdftotext", "report.pdf", "text"], cwd=tmp_path, check=True)
    pages = (tmp_path / "text").read_text(encoding="utf-8").split("\f")
    assert "How each figure is defined p." in re.sub(r"\s+", " ", pages[0])
    assert "红灯笼网格" in pages[1]


def _tall(data: MapData) -> MapData:
    """The same map, fifteen times as high: it takes all the room there is."""
    cells = tuple(
        dataclasses.replace(cell, outline=affinity.scale(cell.outline, 1, 15, origin=(0, 60, 0)))
        for cell in data.cells
    )
    return dataclasses.replace(data, cells=cells, streets=(), lamps=())


@pytest.mark.parametrize(
    ("language", "said"), [("en", "There is no street here."), ("zh-hans", "这里没有街巷。")]
)
def test_an_area_without_anything_says_so(language: str, said: str) -> None:
    html = page(nothing(), language)
    assert said in words(html)
    assert 'id="tables"' not in html and 'href="#tables"' not in html


def test_invented_walks_are_named_as_such() -> None:
    said = "Patrols and members here were invented by a program; nobody walked."
    assert said not in page(sample(), "en")
    assert said in page(dataclasses.replace(sample(), simulated=True), "en")


# -- on paper -----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=LANGUAGES)
def paper(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, render(sample(), "pdf", request.param)


def parts(data: bytes) -> str:
    """What the PDF holds, its streams inflated."""
    found = [data]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found).decode("latin-1")


def letters(held: str) -> str:
    """All characters that the embedded fonts can be read back as (their ToUnicode maps)."""
    codes = re.findall(r"^<[0-9a-fA-F]+> <([0-9a-fA-F]+)>$", held, re.MULTILINE)
    return "".join(bytes.fromhex(code).decode("utf-16-be", "replace") for code in codes)


def test_the_pdf_carries_its_letters_tags_and_bookmarks(paper: tuple[str, bytes]) -> None:
    language, data = paper
    held = parts(data)
    fonts = re.findall(r"/BaseFont /([A-Z]{6}\+)?([\w-]+)", held)
    assert fonts and all(subset for subset, _name in fonts), fonts
    assert any("CJK" in name for _subset, name in fonts)
    assert re.search(r"/FontFile[23]? ", held)
    assert set("".join(SAYS[language]).replace(" ", "")) <= set(letters(held))
    for kept in ("/StructTreeRoot", "/Outlines", "/Marked true", "/Alt"):
        assert kept in held, kept
    assert len(data) < 1_000_000


def test_the_same_report_is_the_same_file(paper: tuple[str, bytes]) -> None:
    language, data = paper
    assert render(sample(), "pdf", language) == data
    assert page(sample(), language) == page(sample(), language)


def test_the_same_report_is_the_same_picture() -> None:
    assert render(sample(), "png", "en") == render(sample(), "png", "en")


@pytest.fixture(scope="module")
def drawn(paper: tuple[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The PDF's pages as pictures and as text, by another program than the one that made it."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    folder = tmp_path_factory.mktemp("paper")
    (folder / "report.pdf").write_bytes(paper[1])
    subprocess.run([tool, "-r", "50", "-png", "report.pdf", "page"], cwd=folder, check=True)
    subprocess.run(["pdftotext", "-layout", "report.pdf", "text"], cwd=folder, check=True)
    yield folder


def test_each_printed_page_is_a4_and_has_something_on_it(
    paper: tuple[str, bytes], drawn: Path
) -> None:
    pictures = sorted(drawn.glob("page*.png"))
    # The answer, three cells, tables, definitions.
    assert len(pictures) >= 6
    for picture in pictures:
        with Image.open(picture) as opened:
            assert opened.size == (414, 585)
            ink = np.asarray(opened.convert("L")) < 128
        assert ink[30:540].sum() > 60, picture.name
    pages = (drawn / "text").read_text(encoding="utf-8").split("\f")
    squeezed = [re.sub(r"\s+", "", text) for text in pages]
    language = paper[0]
    assert "北岸社区" in squeezed[0] and "81.2" in squeezed[0]
    assert SAYS[language][0].replace(" ", "") in squeezed[0]
    assert f"1/{len(pictures)}" in squeezed[0]
    assert "红灯笼网格" in squeezed[1] and "王芳" in squeezed[1]


def test_what_would_be_fetched_is_refused() -> None:
    from publish.coverage_report.as_pdf import _fetches_only

    fetcher = _fetches_only({"drawing:map": "<svg/>"})
    assert fetcher.fetch("drawing:map").read() == b"<svg/>"
    with pytest.raises(PermissionError):
        fetcher.fetch("file:///etc/passwd")
    with pytest.raises(PermissionError):
        fetcher.fetch("http://a.example/x")


# -- the picture --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_printable_at_300_dots_per_inch(language: str) -> None:
    with Image.open(BytesIO(render(sample(), "png", language))) as picture:
        assert picture.size[0] == round(210 / 25.4 * 300)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=1)
        assert "Software" not in picture.info
        colours = {colour for _n, colour in picture.convert("RGB").getcolors(1 << 24) or []}
    assert (0x8C, 0x12, 0x24) in colours, "overdue streets in the colour of colours.json"
