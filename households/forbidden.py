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


#: What is never recorded: Chinese words found anywhere in a column's name (also in traditional
#: characters), and English ones found as whole words, with their plural; those of several words
#: also written in one.
NEVER = {
    gettext_noop("ethnicity"): (
        "民族 族别 族裔 种族 血统 回族 汉族 维族 藏族",
        "ethnicity|ethnicities|ethnic|ethnic group|race|racial|minority|minorities|tribe|caste",
    ),
    gettext_noop("religion"): (
        "宗教 信仰 教徒 信教 邪教 教派 佛教 基督教 伊斯兰 天主教 清真 法轮",
        "religion|religious|faith|church|creed|denomination|sect|belief|muslim|christian|buddhist",
    ),
    gettext_noop("political standing or party membership"): (
        "政治 政审 党员 党派 入党 党龄 党组 党组织 党支部 党籍 政党 中共 共产党 是否党 团员 "
        "统战 思想 家庭出身 阶级",
        "politic|politics|political|political party|political status|political standing|"
        "political affiliation|party|party member|party membership|party affiliation|communist|"
        "ccp|cpc|ideology|ideologies|union member",
    ),
    gettext_noop("household registration or origin"): (
        "户籍 户口 户别 户主类型 常住 暂住 流动人口 外来 籍贯 原籍 来源地 居住证 人户 国籍 外籍 "
        "境外 租户 租客 房客 承租 租住 租房 租赁 群租 合租 出租 房东 外地人 是否本地 是否本市",
        "hukou|household registration|registration status|registered residence|registered address|"
        "residence permit|residence status|residency status|permanent resident|outsider|"
        "native place|place of origin|origin|nationality|nationalities|citizenship|immigrant|"
        "immigration status|migrant|migration|floating population|"
        "tenant|tenancy|tenure|landlord|renter",
    ),
    gettext_noop("criminal or petition history"): (
        "犯罪 犯案 刑事 前科 刑满 刑释 案底 违法 服刑 帮教 矫正 吸毒 涉毒 戒毒 嫌疑 被告 "
        "信访 上访 缠访 维稳 涉稳 稳控",
        "criminal|criminal record|crime|conviction|convict|offence|offense|offender|prison|parole|"
        "probation|arrest|detention|detainee|jail|drug use|suspect|accused|petition|petitioner|"
        "police record|extremist",
    ),
    gettext_noop("lists of “key persons”, scores and predictions about people"): (
        "重点人 重点户 重点对象 重点青少年 重点关注 关注级别 五类人员 特殊人群 黑名单 管控 "
        "风险 评分 得分 积分 信用 预测 画像 评级 分级",
        "key person|person of interest|watch list|black list|risk|risk level|risk score|score|"
        "scoring|rating|credit|prediction|profile|flagged",
    ),
    gettext_noop("identity papers, faces, vehicles and movements"): (
        "身份证 证件 护照 人脸 指纹 车牌 车号 车辆 摄像 门禁卡 行踪 轨迹 访客 照片 社保号 银行",
        "id card|id no|identity card|identity number|national id|id number|passport|face|"
        "fingerprint|biometric|licence plate|license plate|number plate|plate|vehicle|camera|"
        "whereabouts|visitor|photo|ssn|social security number|bank account",
    ),
    gettext_noop("opinions, behaviour and company"): (
        "观点 言论 表现 品行 性格 脾气 社会评价 社会关系 邻里关系 交往 性取向 婚恋",
        "opinion|behaviour|behavior|attitude|character|associate|acquaintance|sexuality|"
        "sexual orientation",
    ),
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
#: Whole words, and words of several parts also as databases write them: riskscore.
_ENGLISH = {
    what: re.compile(rf"\b(?:{words}|{words.replace(' ', '')})(?:s|es)?\b")
    for what, (_zh, words) in NEVER.items()
}
#: Traditional characters of the Chinese words above, and the simplified ones.
_SIMPLIFIED = str.maketrans(
    "黨員團齡組織統戰種別來戶類暫動國證賃東訪穩釋滿違維纏點對關級風險評積預測畫單護臉紋車輛攝號蹤軌跡銀觀論現係會鄰戀審產階門氣矯貫價幫漢輪蘭",
    "党员团龄组织统战种别来户类暂动国证赁东访稳释满违维缠点对关级风险评积预测画单护脸纹车辆摄号踪轨迹银观论现系会邻恋审产阶门气矫贯价帮汉轮兰",
)


def forbidden(columns: Iterable[str]) -> dict[str, str]:
    """Column -> what it would record, for those that are never taken in.

    Full-width letters, accents, traditional characters, and signs or spaces between characters
    (seen or not) change nothing.
    """
    found = {}
    for column in columns:
        name = unicodedata.normalize("NFKC", column)
        chinese = re.sub(r"[\W_]", "", name).translate(_SIMPLIFIED)
        letters = unicodedata.normalize("NFKD", name)
        plain = "".join(one for one in letters if unicodedata.category(one) not in ("Mn", "Cf"))
        english = " ".join(part.lower() for part in _WORD.split(plain) if part)
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
