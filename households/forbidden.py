"""Columns that are never taken in: what Gridwalk records about nobody.

The boundaries of the product as lists of words, in Chinese and English. A file with such a column
is refused whole, by the column's name, before anything of it is kept.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from api.errors import GridwalkError


class ForbiddenColumns(GridwalkError):
    """The file has columns that are recorded about nobody here."""

    code = "forbidden_columns"


#: What is never recorded: Chinese words found anywhere in a column's name, and English ones found
#: as whole words, with their plural.
NEVER = {
    gettext_noop("ethnicity"): (
        "民族 族别 族裔 种族 血统",
        "ethnicity|ethnic|race|racial|minority|tribe|caste",
    ),
    gettext_noop("religion"): (
        "宗教 信仰 教徒 信教 邪教 教派",
        "religion|religious|faith|church|creed|denomination|sect",
    ),
    gettext_noop("political standing or party membership"): (
        "政治 党员 党派 入党 党龄 党组织 党支部 党籍 团员 统战 思想",
        "politic|politics|political|party|party member|party membership|party affiliation|"
        "communist|ideology|union member",
    ),
    gettext_noop("household registration or origin"): (
        "户籍 户口 户别 户主类型 常住 暂住 流动人口 外来 籍贯 原籍 来源地 居住证 人户 国籍 外籍 "
        "境外 租户 租客 承租 租住 租房 出租 房东",
        "hukou|household registration|registration status|registered residence|residence permit|"
        "native place|place of origin|origin|nationality|citizenship|immigrant|immigration status|"
        "migrant|migration|floating population|tenant|tenancy|tenure|landlord|renter",
    ),
    gettext_noop("criminal or petition history"): (
        "犯罪 前科 刑满 刑释 案底 违法 服刑 矫正 吸毒 涉毒 戒毒 嫌疑 被告 信访 上访 缠访 维稳",
        "criminal|criminal record|crime|conviction|convict|offence|offense|offender|prison|parole|"
        "probation|drug use|suspect|accused|petition|petitioner|police record",
    ),
    gettext_noop("lists of “key persons”, scores and predictions about people"): (
        "重点人 重点对象 重点关注 关注级别 管控 风险 评分 得分 积分 信用 预测 画像 评级 分级",
        "key person|person of interest|watch list|watchlist|risk|risk level|score|scoring|rating|"
        "credit|prediction|profile|flagged",
    ),
    gettext_noop("identity papers, faces, vehicles and movements"): (
        "身份证 证件 护照 人脸 指纹 车牌 车辆 摄像 行踪 轨迹 访客 照片 社保号 银行",
        "id card|identity card|identity number|national id|id number|passport|face|fingerprint|"
        "biometric|licence plate|license plate|number plate|plate|vehicle|camera|whereabouts|"
        "visitor|photo|ssn|social security number|bank account",
    ),
    gettext_noop("opinions, behaviour and company"): (
        "观点 言论 表现 品行 性格 社会关系 交往 性取向 婚恋",
        "opinion|behaviour|behavior|attitude|character|associate|acquaintance|sexual orientation",
    ),
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
_ENGLISH = {what: re.compile(rf"\b(?:{words})(?:s|es)?\b") for what, (_zh, words) in NEVER.items()}


def forbidden(columns: Iterable[str]) -> dict[str, str]:
    """Column -> what it would record, for those that are never taken in."""
    found = {}
    for column in columns:
        name = unicodedata.normalize("NFKC", column)
        chinese = re.sub(r"\s", "", name)
        english = " ".join(part.lower() for part in _WORD.split(name) if part)
        for what, (words, _en) in NEVER.items():
            if any(word in chinese for word in words.split()) or _ENGLISH[what].search(english):
                found[column] = what
                break
    return found


def refuse_forbidden(columns: Iterable[str]) -> None:
    """Raises ForbiddenColumns, which names each such column and what it would record."""
    found = forbidden(columns)
    if found:
        named = _("; ").join(f"“{column}” ({_(what)})" for column, what in found.items())
        raise ForbiddenColumns(
            _(
                "Nothing was taken in. The file has columns that are never recorded here: %s. "
                "Delete these columns from the file and try again."
            )
            % named,
            fields={column: [_(what)] for column, what in found.items()},
        )
