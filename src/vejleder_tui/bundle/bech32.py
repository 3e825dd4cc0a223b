"""Bech32 (BIP 173, without its length limit): the text form in which age writes its keys."""

from __future__ import annotations

__all__ = ["encode"]

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _five_bit_groups(raw: bytes) -> list[int]:
    length = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (length * 5 - len(raw) * 8)
    return [number >> 5 * place & 31 for place in reversed(range(length))]


def encode(prefix: str, raw: bytes) -> str:
    """Return `raw` in Bech32 under a lower-case `prefix`."""
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    groups = _five_bit_groups(raw)
    remainder = _polymod([*expanded, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [remainder >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_ALPHABET[group] for group in groups + checksum)
