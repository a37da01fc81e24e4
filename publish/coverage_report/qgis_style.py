"""QGIS styles (QML) of the report's layers, in the colours of the map page.

Written as QGIS 3 writes them: a renderer with its symbols, and simple labels. Everything not said
keeps QGIS's own default.
"""

from collections.abc import Callable, Mapping
from xml.etree import ElementTree as Xml

from django.utils.translation import gettext as _

from publish.coverage_report.map_looks import WIDTHS, looks

_WITHOUT = "#ffffff"


def areas() -> str:
    """Coverage in five classes; areas without a street are hatched."""
    look = looks()
    borders = [0.0, *look.coverage_from, 1.000001]
    root = _root()
    renderer = _renderer(root, "RuleRenderer")
    rules = Xml.SubElement(renderer, "rules", key="{root}")
    symbols = Xml.SubElement(renderer, "symbols")
    for rank, colour in enumerate(look.coverage):
        low, high = borders[rank], borders[rank + 1]
        _rule(
            rules,
            rank,
            f'"coverage" >= {low:g} AND "coverage" < {high:.7g}',
            f"{low:.0%} – {min(high, 1):.0%}",
        )
        _fill(symbols, rank, colour, look.line)
    _rule(rules, len(look.coverage), '"coverage" IS NULL', _("No street"))
    _fill(symbols, len(look.coverage), _WITHOUT, look.line, hatched=True)
    _labels(root, "code")
    return _written(root)


def streets() -> str:
    """Freshness by colour, never walked as a grey dash; a dark edge where no lamp lights."""
    look = looks()
    titles = freshness_titles()
    root = _root()
    renderer = _renderer(root, "RuleRenderer")
    rules = Xml.SubElement(renderer, "rules", key="{root}")
    symbols = Xml.SubElement(renderer, "symbols")
    _rule(rules, 0, '"unlit" = 1', _("Without light"))
    _line(symbols, 0, look.unlit, 1.6)
    for rank, name in enumerate(look.order, start=1):
        _rule(rules, rank, f"\"freshness\" = '{name}'", titles[name])
        _line(symbols, rank, look.freshness[name], WIDTHS[name], dashed=name == "never")
    return _written(root)


def overdue() -> str:
    return _single(lambda symbols: _line(symbols, 0, looks().freshness["overdue"], 1.0))


def lamps() -> str:
    def dot(symbols: Xml.Element) -> None:
        layer = _layer(_symbol(symbols, 0, "marker"), "SimpleMarker")
        for name, value in {
            "name": "circle",
            "color": _rgba("#1d222b"),
            "outline_color": _rgba("#e0a800"),
            "outline_width": "0.5",
            "size": "2.6",
            "size_unit": "MM",
        }.items():
            _option(layer, name, value)

    return _single(dot)


def freshness_titles() -> Mapping[str, str]:
    return {
        "today": _("Walked on the last day"),
        "within": _("Walked in time"),
        "due": _("Due soon"),
        "overdue": _("Overdue"),
        "never": _("Not walked as far as the report looks back"),
    }


def _root() -> Xml.Element:
    return Xml.Element(
        "qgis", version="3.28.0", styleCategories="Symbology|Labeling", labelsEnabled="0"
    )


def _renderer(root: Xml.Element, kind: str) -> Xml.Element:
    return Xml.SubElement(
        root, "renderer-v2", type=kind, symbollevels="1", enableorderby="0", forceraster="0"
    )


def _single(draw: Callable[[Xml.Element], None]) -> str:
    root = _root()
    renderer = _renderer(root, "singleSymbol")
    draw(Xml.SubElement(renderer, "symbols"))
    return _written(root)


def _rule(rules: Xml.Element, number: int, condition: str, label: str) -> None:
    Xml.SubElement(
        rules, "rule", key=f"{{rule-{number}}}", symbol=str(number), filter=condition, label=label
    )


def _symbol(symbols: Xml.Element, number: int, kind: str) -> Xml.Element:
    return Xml.SubElement(
        symbols, "symbol", type=kind, name=str(number), alpha="1", clip_to_extent="1"
    )


def _layer(symbol: Xml.Element, kind: str, level: int = 0) -> Xml.Element:
    layer = Xml.SubElement(
        symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(level)}
    )
    return Xml.SubElement(layer, "Option", type="Map")


def _option(options: Xml.Element, name: str, value: str) -> None:
    Xml.SubElement(options, "Option", type="QString", name=name, value=value)


def _fill(
    symbols: Xml.Element, number: int, colour: str, line: str, *, hatched: bool = False
) -> None:
    options = _layer(_symbol(symbols, number, "fill"), "SimpleFill")
    _option(options, "color", _rgba(line if hatched else colour))
    _option(options, "style", "b_diagonal" if hatched else "solid")
    _option(options, "outline_color", _rgba(line))
    _option(options, "outline_style", "solid")
    _option(options, "outline_width", "0.3")
    _option(options, "outline_width_unit", "MM")


def _line(
    symbols: Xml.Element, number: int, colour: str, width: float, *, dashed: bool = False
) -> None:
    # Edges of unlit streets lie below all the others: they are drawn in the first pass.
    level = 0 if number == 0 else 1
    options = _layer(_symbol(symbols, number, "line"), "SimpleLine", level)
    _option(options, "line_color", _rgba(colour))
    _option(options, "line_width", f"{width:g}")
    _option(options, "line_width_unit", "MM")
    _option(options, "line_style", "dash" if dashed else "solid")
    _option(options, "capstyle", "flat" if dashed else "round")


def _labels(root: Xml.Element, column: str) -> None:
    root.set("labelsEnabled", "1")
    settings = Xml.SubElement(Xml.SubElement(root, "labeling", type="simple"), "settings")
    text = Xml.SubElement(
        settings, "text-style", fieldName=column, fontSize="8", textColor=_rgba("#22262e")
    )
    Xml.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="1", bufferColor=_rgba(_WITHOUT))
    Xml.SubElement(settings, "placement", placement="1")


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _written(root: Xml.Element) -> str:
    Xml.indent(root, " ")
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + Xml.tostring(root, encoding="unicode")
