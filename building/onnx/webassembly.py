"""A WebAssembly module as its sections and functions, as far as leaving functions out of it needs them.

The format: WebAssembly Core Specification 3.0, chapter 5, and the threads proposal for the instructions behind 0xFE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from building.places import BuildError

HEAD = b"\0asm\1\0\0\0"
IMPORTS, EXPORTS, CODE = 2, 7, 10
# A function without locals whose only instruction, `unreachable`, ends whatever called it with a RuntimeError.
NEVER = b"\x00\x00\x0b"

_CALLS = {0x10, 0x12}
_FUNCTION_REFERENCE = 0xD2
# How many numbers follow an opcode: indices, a block's type, whole constants, alignment and offset of a memory access.
_NUMBERS = {
    **dict.fromkeys([0x00, 0x01, 0x05, 0x0A, 0x0B, 0x0F, 0x19, 0x1A, 0x1B, 0xD1, *range(0x45, 0xC5)], 0),
    **dict.fromkeys([0x02, 0x03, 0x04, *range(0x06, 0x0A), 0x0C, 0x0D, 0x18, *range(0x20, 0x27), 0x41, 0x42], 1),
    **dict.fromkeys([0x11, 0x13, *range(0x28, 0x3F)], 2),
}
# How many bytes do: memory.size, memory.grow, ref.null; the constants with a point.
_BYTES = {0x3F: 1, 0x40: 1, 0xD0: 1, 0x43: 4, 0x44: 8}


@dataclass(frozen=True)
class Module:
    """Sections in their order, (id, content), and the bodies of the functions that are its own."""

    sections: list[tuple[int, bytes]]
    bodies: list[bytes]
    imported_functions: int

    def section(self, wanted: int) -> bytes:
        """The content of a section; empty where there is none."""
        return next((content for number, content in self.sections if number == wanted), b"")

    def with_bodies(self, bodies: list[bytes]) -> bytes:
        """The module's bytes with other functions in the place of its own, as many."""
        code = unsigned(len(bodies)) + b"".join(unsigned(len(body)) + body for body in bodies)
        parts = [HEAD]
        for number, content in self.sections:
            shown = code if number == CODE else content
            parts += [bytes([number]), unsigned(len(shown)), shown]
        return b"".join(parts)


def read(data: bytes) -> Module:
    """A module from its bytes.

    Raises:
        BuildError: it is none, or has something in it that is not known here.
    """
    if not data.startswith(HEAD):
        raise BuildError("this is no WebAssembly module")
    sections, at = [], len(HEAD)
    while at < len(data):
        number = data[at]
        size, at = _unsigned(data, at + 1)
        sections.append((number, data[at : at + size]))
        at += size
    contents = dict(sections)
    return Module(sections, list(_sized(contents.get(CODE, b"\0"))), _imported_functions(contents.get(IMPORTS, b"\0")))


def mentioned(body: bytes) -> set[int]:
    """The functions that a function calls by their number, or takes the reference of.

    Raises:
        BuildError: an instruction in it is not known here.
    """
    found: set[int] = set()
    at = _behind_locals(body)
    while at < len(body):
        opcode = body[at]
        at += 1
        if opcode in _CALLS or opcode == _FUNCTION_REFERENCE:
            function, at = _unsigned(body, at)
            found.add(function)
        else:
            at = _behind(opcode, body, at)
    return found


def marking(body: bytes, address: int) -> bytes:
    """A function that first writes a 1 at that address of the memory."""
    at = _behind_locals(body)
    # i32.const address; i32.const 1; i32.store8 align=0 offset=0
    return body[:at] + b"\x41" + _signed(address) + b"\x41\x01\x3a\x00\x00" + body[at:]


def exported_functions(module: Module) -> set[int]:
    """The numbers of the functions that it exports."""
    content, found = module.section(EXPORTS), set()
    count, at = _unsigned(content, 0) if content else (0, 0)
    for _ in range(count):
        length, at = _unsigned(content, at)
        at += length
        kind = content[at]
        index, at = _unsigned(content, at + 1)
        if kind == 0:
            found.add(index)
    return found


def unsigned(value: int) -> bytes:
    """LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _behind_locals(body: bytes) -> int:
    """Where a function's instructions begin."""
    kinds, at = _unsigned(body, 0)
    for _ in range(kinds):
        at = _skipped(body, at, 1) + 1
    return at


def _behind(opcode: int, body: bytes, at: int) -> int:
    """Where the next instruction begins."""
    if opcode in _NUMBERS:
        return _skipped(body, at, _NUMBERS[opcode])
    if opcode in _BYTES:
        return at + _BYTES[opcode]
    if opcode == 0x0E:
        count, at = _unsigned(body, at)
        return _skipped(body, at, count + 1)
    if opcode == 0x1C:
        count, at = _unsigned(body, at)
        return at + count
    if opcode in (0xFC, 0xFD, 0xFE):
        second, at = _unsigned(body, at)
        return {0xFC: _behind_bulk, 0xFD: _behind_vector, 0xFE: _behind_atomic}[opcode](second, body, at)
    raise BuildError(f"a WebAssembly instruction that building/onnx/webassembly.py does not know: 0x{opcode:02X}")


def _behind_bulk(second: int, body: bytes, at: int) -> int:
    # Saturating conversions; memory.init, data.drop, memory.copy, memory.fill; the same of tables.
    after = {**dict.fromkeys(range(8), 0), 8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1}
    if second not in after:
        raise BuildError(f"a WebAssembly instruction that building/onnx/webassembly.py does not know: 0xFC {second}")
    return _skipped(body, at, after[second])


def _behind_vector(second: int, body: bytes, at: int) -> int:
    if second <= 11 or second in (92, 93):
        return _skipped(body, at, 2)
    if second in (12, 13):
        return at + 16
    if 21 <= second <= 34:
        return at + 1
    if 84 <= second <= 91:
        return _skipped(body, at, 2) + 1
    return at


def _behind_atomic(second: int, body: bytes, at: int) -> int:
    # 3 is the fence, with one byte; all others name a place in the memory.
    return at + 1 if second == 3 else _skipped(body, at, 2)


def _imported_functions(content: bytes) -> int:
    count, at = _unsigned(content, 0)
    functions = 0
    for _ in range(count):
        for _name in range(2):
            length, at = _unsigned(content, at)
            at += length
        kind = content[at]
        at += 1
        functions += kind == 0
        if kind == 1:
            at += 1
        if kind in (1, 2):
            limits = content[at]
            at = _skipped(content, at + 1, 2 if limits & 1 else 1)
        elif kind == 3:
            at += 2
        else:
            at = _skipped(content, at, 1 if kind == 0 else 2)
    return functions


def _sized(content: bytes) -> Iterator[bytes]:
    count, at = _unsigned(content, 0)
    for _ in range(count):
        size, at = _unsigned(content, at)
        yield content[at : at + size]
        at += size


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
    return value | data[at] << shift, at + 1


def _signed(value: int) -> bytes:
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def _skipped(data: bytes, at: int, numbers: int) -> int:
    for _ in range(numbers):
        while data[at] & 0x80:
            at += 1
        at += 1
    return at
