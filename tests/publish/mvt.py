"""A small reader of Mapbox vector tiles (version 2.1), written from the specification.

Independent of what writes the tiles and of the browser's reader.
"""

import struct
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    value: Any
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = data[at : at + size], at + size
        found.append((number, value))
    return found


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _value(data: bytes) -> Any:
    ((number, raw),) = _fields(data)
    match number:
        case 1:
            return raw.decode()
        case 2:
            return struct.unpack("<f", raw)[0]
        case 3:
            return struct.unpack("<d", raw)[0]
        case 6:
            return _signed(raw)
        case 7:
            return bool(raw)
    return raw


def _packed(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _geometry(data: bytes) -> list[list[tuple[int, int]]]:
    lines: list[list[tuple[int, int]]] = []
    numbers = iter(_packed(data))
    x = y = 0
    for command in numbers:
        kind, times = command & 7, command >> 3
        if kind == 7:
            continue
        for _ in range(times):
            x, y = x + _signed(next(numbers)), y + _signed(next(numbers))
            if kind == 1:
                lines.append([])
            lines[-1].append((x, y))
    return lines


def layers_of(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    """Features by layer: their properties and ``geometry`` in the tile's grid."""
    layers = {}
    for _number, layer in _fields(tile):
        fields = _fields(layer)
        name = next(value for number, value in fields if number == 1).decode()
        keys = [value.decode() for number, value in fields if number == 3]
        values = [_value(value) for number, value in fields if number == 4]
        layers[name] = [_feature(value, keys, values) for number, value in fields if number == 2]
    return layers


def _feature(data: bytes, keys: list[str], values: list[Any]) -> dict[str, Any]:
    fields = dict(_fields(data))
    tags = _packed(fields.get(2, b""))
    pairs = zip(tags[::2], tags[1::2], strict=True)
    return {keys[k]: values[v] for k, v in pairs} | {"geometry": _geometry(fields[4])}
