"""Which column of a file is which field, by the names that people give them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from api.errors import BadInput
from households.forbidden import refuse_forbidden

#: Columns that we add to a file to correct begin so, and are passed over when it comes back.
OURS = "gridwalk"


class Field(NamedTuple):
    """What may be taken in: its name for people, and usual names of its column."""

    label: str
    names: str


_PLACE = {
    "address": Field(
        gettext_noop("address, in one column"),
        "address fulladdress homeaddress 地址 住址 详细地址 家庭住址 家庭地址 居住地址 现住址 "
        "房屋地址",
    ),
    "street": Field(
        gettext_noop("street or estate"),
        "street streetname road estate 路 路名 街路巷 道路 街巷 小区 小区名称 小区名",
    ),
    "number": Field(
        gettext_noop("house number"), "number housenumber houseno no nr 门牌 门牌号 弄号 号"
    ),
    "block": Field(
        gettext_noop("building"), "building block tower house 楼栋 楼栋号 楼号 栋 栋号 幢 幢号 楼"
    ),
}
HOMES = {
    **_PLACE,
    "entrance": Field(
        gettext_noop("entrance"), "entrance stair stairs stairwell stairway 单元 单元号 门洞"
    ),
    "floor": Field(gettext_noop("floor"), "floor storey level 楼层 层 所在楼层"),
    "label": Field(
        gettext_noop("door"),
        "door doornumber flat apartment apt room unit 室 室号 房号 房间 房间号 门号 户号 房室",
    ),
    "people": Field(
        gettext_noop("number of people"),
        "people persons numberofpeople householdsize size 人数 人口 人口数 家庭人数 家庭人口 "
        "人口总数",
    ),
    "name": Field(
        gettext_noop("contact: name"), "name contactname contactperson 姓名 联系人 联系人姓名 称呼"
    ),
    "telephone": Field(
        gettext_noop("contact: telephone"),
        "telephone phone tel mobile contact phonenumber telephonenumber contactnumber "
        "电话 联系电话 电话号码 手机 手机号 手机号码 联系方式",
    ),
    "language": Field(gettext_noop("language"), "language 语言 方言 使用语言"),
    "since": Field(gettext_noop("takes part since"), "since 参加日期 加入日期 登记日期"),
    "purpose": Field(
        gettext_noop("purpose of the visits"), "purpose reason 走访事由 走访目的 目的 事由 关爱类型"
    ),
    "cadence": Field(
        gettext_noop("how often"), "cadence howoften frequency 走访频次 频次 频率 走访频率"
    ),
    "starts": Field(
        gettext_noop("visits from"), "from start startson 开始日期 计划开始 起始日期 自"
    ),
    "until": Field(
        gettext_noop("visits until"), "until to end endson 结束日期 截止日期 到期日期 计划结束 至"
    ),
    "consent_by": Field(
        gettext_noop("consent given by"), "consentby consentgivenby 同意人类型 同意方 由谁同意"
    ),
    "consent_name": Field(
        gettext_noop("name of who gave it"), "consentname nameofwhogaveit 同意人 同意人姓名 签字人"
    ),
    "consent_how": Field(
        gettext_noop("consent given"), "consenthow consentgiven 同意方式 如何同意"
    ),
    "consent_on": Field(
        gettext_noop("consent given on"),
        "consenton consentdate dateofconsent consentgivenon 同意日期 签字日期",
    ),
    "consent_text": Field(
        gettext_noop("text agreed to"),
        "consenttext consentversion textagreedto 同意书版本 文本版本",
    ),
}
HEADS = {
    **_PLACE,
    "kind": Field(gettext_noop("kind"), "kind type 类别 类型 产生方式"),
    "name": Field(gettext_noop("name"), "name headname 姓名 楼长 楼长姓名 楼栋长 楼组长"),
    "telephone": HOMES["telephone"],
    "starts": Field(
        gettext_noop("in office from"), "from start 任期开始 开始日期 起始日期 上任日期"
    ),
    "until": Field(gettext_noop("in office until"), "until to end 任期结束 结束日期 截止日期"),
}
KINDS = {"homes": HOMES, "heads": HEADS}


def _plain(name: str) -> str:
    """Without case, spaces, signs, and what stands in brackets."""
    text = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\s_\-.:*/]+", "", re.sub(r"[(\[【（].*?[)\]】）]", "", text))


def guess(columns: Iterable[str], kind: str = "homes") -> dict[str, str]:
    """Field -> column, for the columns whose names are usual. Nothing is guessed from values."""
    given: dict[str, str] = {}
    for one in columns:
        given.setdefault(_plain(one), one)
    found: dict[str, str] = {}
    for field, (_label, names) in KINDS[kind].items():
        column = next((given[name] for name in names.split() if name in given), None)
        if column is not None and column not in found.values():
            found[field] = column
    return found


def checked_mapping(
    columns: list[str], said: Mapping[str, str], kind: str = "homes"
) -> dict[str, str]:
    """Field -> column: as said (column -> field), else by the usual names.

    An empty field leaves its column out. Raises ForbiddenColumns for the file's columns whatever
    is said of them, and BadInput where a column or field is not there, is said twice, or nothing
    says where the homes are.
    """
    refuse_forbidden(column for column in columns if not column.lower().startswith(OURS))
    mapping = {
        field: column for field, column in guess(columns, kind).items() if column not in said
    }
    for column, field in said.items():
        if column not in columns:
            raise BadInput(
                _("The file has no column “%(column)s”; it has: %(columns)s.")
                % {"column": column[:60], "columns": ", ".join(columns[:30])}
            )
        if field and field not in KINDS[kind]:
            raise BadInput(
                _("“%(field)s” is nothing that is taken in; these are: %(fields)s.")
                % {"field": field[:60], "fields": ", ".join(KINDS[kind])}
            )
        if field:
            if mapping.get(field) in said:
                raise BadInput(_("Two columns are said to be “%s”.") % _(KINDS[kind][field].label))
            mapping[field] = column
    if "address" not in mapping and "street" not in mapping:
        raise BadInput(
            _("Say which column has the address. The columns are: %s.") % ", ".join(columns[:30])
        )
    return mapping
