"""Pictures of categories: each has one, and each is drawn."""

import re
from pathlib import Path

import pytest
from django.test import Client

from cases.default_categories import illustrate
from cases.models import Category, Icon
from tests.cases.play import report
from tests.town import Town

SYMBOLS = (
    Path(__file__).parents[2] / "map_static/templates/map_static/category_icons.svg"
).read_text()
USED = re.compile(r'href="#icon-category-(\w*)"')


def test_every_picture_is_drawn_and_none_besides() -> None:
    assert re.findall(r'id="icon-category-(\w+)"', SYMBOLS) == Icon.values


def test_every_category_that_ships_has_a_picture(db: None) -> None:
    assert not Category.objects.exclude(icon__in=Icon.values).exists()
    leaves = Category.objects.exclude(parent=None)
    # “Another facility” and “something else” look like their groups.
    assert len({leaf.icon for leaf in leaves}) == leaves.count()


def test_without_one_it_is_the_groups_and_without_that_a_general_one(db: None) -> None:
    tree = Category.objects.select_related("parent").get(code="tree")
    assert tree.parent and tree.picture == "tree"
    tree.icon = ""
    assert tree.picture == "tools"
    tree.parent.icon = ""
    assert tree.picture == "other"


def test_what_an_office_chose_is_kept(db: None) -> None:
    Category.objects.filter(code="noise").update(icon="talk")
    Category.objects.filter(code="bin").update(icon="")
    illustrate(Category)
    assert set(
        Category.objects.filter(code__in=["noise", "bin"]).values_list("icon", flat=True)
    ) == {
        "talk",
        "bin",
    }


@pytest.mark.parametrize("path", ["/report/", "/cases/new/"])
def test_categories_are_chosen_by_picture(client: Client, town: Town, path: str) -> None:
    client.force_login(town.worker)
    shown = USED.findall(client.get(path).content.decode())
    assert set(shown) >= {"lamp", "manhole", "tree", "rubbish", "other"} and "" not in shown


@pytest.mark.parametrize("path", ["/cases/", "/cases/triage/", "/cases/{}/"])
def test_a_case_is_shown_with_its_picture(client: Client, town: Town, path: str) -> None:
    client.force_login(town.coordinator)
    case = report(town, "tree")
    assert "tree" in USED.findall(client.get(path.format(case.pk)).content.decode())


def test_programs_hear_of_it(client: Client, town: Town) -> None:
    client.force_login(town.worker)
    icons = {row["code"]: row["icon"] for row in client.get("/api/v1/categories/").json()}
    assert (icons["lamp_section"], icons["facilities"]) == ("lamps", "tools")
