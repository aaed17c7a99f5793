"""Values as tagged JSON, both ways between the trusted side and the sandbox. No pickle, no code, no object arrays.

None, truth values and text are themselves; everything else is a list whose first entry is its tag:

``["i", hex]`` ``["f", hex]`` ``["c", hex, hex]`` ``["b", base64]`` numbers and bytes; ``["l", […]]`` ``["t", […]]``
``["s", […]]`` ``["d", [[key, value], …]]`` list, tuple, set, dict; ``["a", dtype, shape, base64]`` an array,
``["n", dtype, base64]`` a NumPy scalar; ``["A", kind, shape, […]]`` an array of text (U) or of plain values (O);
``["S", …]`` a Stream, ``["o", words]`` what cannot be sent.

What is decoded comes from a program that may lie: every field is checked, and a wrong one raises WireError.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 24
MAX_HASHED = 2000
"""Entries of a set or dict: numbers chosen to collide would take the trusted side quadratic time."""
DTYPES = {np.dtype(name).str: np.dtype(name) for name in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()}
MAX_TEXT = 4 << 20
"""Characters of an array of text, each entry counted as long as the longest."""
_WIDER = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}


class WireError(ValueError):
    """A message that does not follow the format, or a value too large or too deep for it."""


@dataclass(frozen=True)
class Odd:
    """A result that cannot leave the sandbox (a generator, a class, an array of an unknown type): its description."""

    words: str

    def __repr__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Stream:
    """An argument that is built inside the sandbox: an iterator that can be read once.

    ``items`` are what it gives. Without them it gives the integers 0, 1, 2, … up to ``count`` (None: without end).
    With ``payload`` each of these integers comes as so many bytes, its first 8 the integer (big-endian), so that a
    long stream does not fit into the sandbox's memory; ``Stream.number`` turns such an item back.
    ``stops_after`` makes reading more than so many items an error that no right solution meets.
    """

    items: Sequence[Any] | None = None
    count: int | None = None
    payload: int = 0
    stops_after: int | None = None

    @staticmethod
    def number(item: bytes) -> int:
        """The integer in an item of a stream with ``payload``; -1 where it is not such an item."""
        return int.from_bytes(item[:8], "big") if isinstance(item, bytes) and len(item) >= 8 else -1


class Encoder:
    """Encodes values, ``room`` characters of them at most. Raises WireError where a value needs more.

    With ``strict`` a value that has no tag is a WireError, else it is sent as its description.
    """

    def __init__(self, room: int, strict: bool = False) -> None:
        self.room, self.strict = room, strict

    def encode(self, value: Any, depth: int = 0) -> Any:
        self._take(8)
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} levels deep")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.ndarray):
            return self._array(np.asarray(value), depth)
        if isinstance(value, np.generic):
            return self._scalar(value)
        if isinstance(value, str):
            self._take(len(value))
            return str.__str__(value)
        if isinstance(value, int):
            self._take(int.bit_length(value) // 4)
            return ["i", hex(value)]
        if isinstance(value, float):
            return ["f", float.hex(value)]
        if isinstance(value, complex):
            return ["c", value.real.hex(), value.imag.hex()]
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, set | frozenset | dict) and len(value) > MAX_HASHED:
            raise WireError(f"{describe(value)} of more than {MAX_HASHED} entries")
        if isinstance(value, bytes | bytearray):
            return ["b", self._base64(bytes(value))]
        for tag, kind in (("l", list), ("t", tuple)):
            if isinstance(value, kind):
                return [tag, [self.encode(each, depth + 1) for each in value]]
        if isinstance(value, set | frozenset):
            return ["s", sorted((self.encode(each, depth + 1) for each in value), key=json.dumps)]
        if isinstance(value, dict):
            return ["d", [[self.encode(key, depth + 1), self.encode(each, depth + 1)] for key, each in value.items()]]
        if isinstance(value, Stream):
            items = None if value.items is None else self.encode(list(value.items), depth + 1)
            return ["S", items, value.count, value.payload, value.stops_after]
        if isinstance(value, Odd):
            return ["o", value.words]
        return self._odd(describe(value))

    def _array(self, array: np.ndarray, depth: int) -> Any:
        kind, shape = array.dtype.kind, list(array.shape)
        if kind in "UO":
            self._take(8 * array.size)
            return ["A", kind, shape, [self.encode(each, depth + 1) for each in array.ravel().tolist()]]
        plain = _plain(array)
        if plain is None:
            return self._odd(f"an array of type {array.dtype}")
        self._take(plain.nbytes)
        return ["a", plain.dtype.str, shape, self._base64(np.ascontiguousarray(plain).tobytes())]

    def _scalar(self, value: np.generic) -> Any:
        plain = _plain(np.asarray(value))
        if plain is None:
            return self.encode(value.item()) if isinstance(value, np.str_) else self._odd(describe(value))
        return ["n", plain.dtype.str, self._base64(plain.tobytes())]

    def _base64(self, data: bytes) -> str:
        self._take(len(data) * 4 // 3)
        return base64.b64encode(data).decode()

    def _odd(self, words: str) -> Any:
        if self.strict:
            raise WireError(f"{words} cannot be an argument")
        return ["o", words]

    def _take(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise WireError("too large")


def _plain(array: np.ndarray) -> np.ndarray | None:
    """The array in a type of the allow-list, native byte order; None where there is none."""
    native = array.dtype.newbyteorder("=")
    if native.str in DTYPES:
        return array.astype(native, copy=False)
    return array.astype(_WIDER[native.kind]) if native.kind in _WIDER else None  # float128 and its like


def describe(value: Any) -> str:
    """What a value is, in words for a person: "a generator", "the class nms", "a Node object"."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = {"ndarray": "array", "int": "whole number", "str": "text"}.get(type(value).__name__, type(value).__name__)
    article = "an" if name[:1] in "aeio" else "a"
    if callable(value):
        return f"{article} {name} (it was not called)"
    return f"{article} {name}" + (" object" if name[:1].isupper() else "")


def decode(message: Any, depth: int = 0) -> Any:
    """The value of an encoded message. Raises WireError."""
    if message is None or isinstance(message, bool | str):
        return message
    if depth > MAX_DEPTH + 1 or not isinstance(message, list) or not message:
        raise WireError("no value")
    try:
        return _DECODERS[message[0]](*message[1:], depth)
    except WireError:
        raise
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise WireError(f"a wrong value ({type(error).__name__})") from error


def _decode_array(name: str, shape: list[int], data: str, depth: int) -> np.ndarray:
    dtype = DTYPES[name]
    return np.frombuffer(_bytes(data), dtype=dtype).reshape(_shape(shape)).copy()


def _decode_values(kind: str, shape: list[int], values: list[Any], depth: int) -> np.ndarray:
    if kind not in ("U", "O"):
        raise WireError("an unknown kind of array")
    if len(values) != math.prod(_shape(shape)):
        raise WireError("an array of another size than it says")
    flat = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        flat[place] = decode(value, depth + 1)
    if kind == "O":
        return flat.reshape(shape)
    if not all(isinstance(text, str) for text in flat) or len(flat) * max(map(len, flat), default=0) > MAX_TEXT:
        raise WireError("an array of text too large")  # each entry takes the room of the longest
    return flat.reshape(shape).astype(str)


def _decode_stream(items: Any, count: int | None, payload: int, stops_after: int | None, depth: int) -> Stream:
    return Stream(None if items is None else decode(items, depth + 1), count, payload, stops_after)


def _decode_many(values: list[Any], depth: int) -> list[Any]:
    if not isinstance(values, list):
        raise WireError("no list")
    return [decode(value, depth + 1) for value in values]


def _decode_pairs(pairs: list[Any], depth: int) -> dict[Any, Any]:
    return {decode(key, depth + 1): decode(value, depth + 1) for key, value in _few(pairs)}


def _few(entries: list[Any]) -> list[Any]:
    if len(entries) > MAX_HASHED:
        raise WireError("a set or dict too large")
    return entries


def _bytes(data: str) -> bytes:
    return base64.b64decode(data, validate=True)


def _shape(shape: list[int]) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > 32 or not all(type(each) is int and each >= 0 for each in shape):
        raise WireError("no shape")
    if math.prod(shape) > 1 << 32:
        raise WireError("a shape too large")
    return tuple(shape)


_DECODERS: dict[Any, Callable[..., Any]] = {
    "i": lambda text, depth: int(text, 16),
    "f": lambda text, depth: float.fromhex(text),
    "c": lambda real, imaginary, depth: complex(float.fromhex(real), float.fromhex(imaginary)),
    "b": lambda data, depth: _bytes(data),
    "l": _decode_many,
    "t": lambda values, depth: tuple(_decode_many(values, depth)),
    "s": lambda values, depth: set(_decode_many(_few(values), depth)),
    "d": _decode_pairs,
    "a": _decode_array,
    "n": lambda name, data, depth: np.frombuffer(_bytes(data), dtype=DTYPES[name], count=1)[0],
    "A": _decode_values,
    "S": _decode_stream,
    "o": lambda words, depth: Odd(str(words)[:200]),
}


def pack(message: Any) -> bytes:
    """A frame: four bytes of length (big-endian), then the JSON."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(4, "big") + body


def unpack(body: bytes) -> Any:
    """The message of a frame's body. Raises WireError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError("no JSON") from error
