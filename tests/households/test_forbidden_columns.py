"""What is recorded about nobody is refused by the name of its column."""

import pytest

from households.forbidden import NEVER, ForbiddenColumns, forbidden
from households.import_columns import HEADS, HOMES, checked_mapping


@pytest.mark.parametrize(
    "column",
    [
        "民族", "是否党员", "政治面貌", "宗教信仰", "户籍地址", "户口性质", "是否流动人口", "籍贯",
        "前科", "信访记录", "重点人员类别", "风险等级", "身份证号", "车牌号", "租户姓名", "民 族",
        "Ethnicity", "ethnic_group", "RELIGION", "partyMembership", "Party member",
        "political view",
        "hukou", "household registration", "NationalID card", "criminal-record", "petitions",
        "key person", "Risk Score", "nationality", "tenants", "licence plate", "Opinions",
        # As other keyboards, databases and people who would rather not be found write them.
        "黨員", "戶籍", "身份證號", "種族", "籍貫", "風險等級", "信訪", "重點人員", "漢族",
        "黑名單", "民·族", "民\u200b族", "民(族)", "是_否_党_员", "ｒｅｌｉｇｉｏｎ", "réligion",
        "reli\u00adgion", "RISKSCORE", "criminalrecord", "idcard", "keypersons", "ethnicities",
        "black list", "刑事", "外地人", "租赁",
    ],
)  # fmt: skip
def test_a_forbidden_column_is_refused_by_name(column: str) -> None:
    with pytest.raises(ForbiddenColumns) as refused:
        checked_mapping(["地址", "人数", column], {column: ""})
    assert column in str(refused.value)
    assert refused.value.fields is not None and list(refused.value.fields) == [column]


@pytest.mark.parametrize(
    "column",
    [
        "地址", "人数", "联系电话", "走访目的", "同意日期", "备注", "序号", "楼层", "Terrace",
        "surface",
        "contract", "Scoreboard Lane", "consent given by", "Gridwalk: likeness",
        *HOMES, *HEADS,
    ],
)  # fmt: skip
def test_usual_columns_are_not(column: str) -> None:
    assert forbidden([column]) == {}


def test_every_usual_name_of_our_fields_may_come() -> None:
    names = [name for fields in (HOMES, HEADS) for field in fields.values() for name in
             field.names.split()]  # fmt: skip
    assert forbidden(names) == {}


def test_there_are_words_in_both_languages_for_each_kind() -> None:
    assert len(NEVER) == 8
    for chinese, english in NEVER.values():
        assert chinese.split() and english.split("|")
        assert forbidden([chinese.split()[0]]) and forbidden([english.split("|")[0]])
