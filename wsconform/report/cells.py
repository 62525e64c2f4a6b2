"""Text as a terminal shows it: measured in cells, with nothing in it that could move the cursor or change colours."""

from __future__ import annotations

import unicodedata

TAB = "    "
ELLIPSIS = "…"

_JAMO_VOWELS_AND_FINALS = range(0x1160, 0x1200)  # drawn into the cells of the consonant before them


def visible(text: str) -> str:
    """`text` with a sign in place of each character that shows nothing or acts on the terminal; tabs become spaces.

    Control characters become their pictures (`␛`), all others their number (`<U+202E>`); lone surrogates too, so that
    the result can be encoded.
    """
    spaced = text.replace("\t", TAB)
    return spaced if spaced.isprintable() else "".join(map(_sign, spaced))


def _sign(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x20:  # noqa: PLR2004 (the C0 controls, whose pictures stand in the same order)
        return chr(0x2400 + number)
    return "\u2421" if character == "\x7f" else f"<U+{number:04X}>"


def cells(text: str) -> int:
    """How many cells of a terminal `text`, made visible, takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"} or ord(character) in _JAMO_VOWELS_AND_FINALS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def fit(text: str, room: int) -> str:
    """The beginning of `text`, made visible, that takes `room` cells at most; ends in `…` where it is cut."""
    if cells(text) <= room:
        return text
    used = kept = 0
    for character in text:
        used += _cells(character)
        if used > room - 1:
            break
        kept += 1
    return text[:kept] + ELLIPSIS


def wrap(text: str, room: int) -> list[str]:
    """`text`, made visible, in lines of `room` cells at most, but for single words that are longer."""
    lines: list[str] = []
    here, used = "", 0
    for word in text.split(" "):
        wide = cells(word)
        if here and used + 1 + wide > room:
            lines.append(here.rstrip())
            here, used = word, wide
        else:
            here, used = (f"{here} {word}", used + 1 + wide) if here else (word, wide)
    return [*lines, here.rstrip()]
