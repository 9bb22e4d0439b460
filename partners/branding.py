"""Derive readable colours from those that a partner chose (WCAG 2.2: contrast of 4.5 to 1 for text)."""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH = 4.5
PAGE = "#f4f5f7"  # behind the cards of every page; a colour readable on it is readable on a white card too
BLACK, WHITE = "#000000", "#ffffff"
STEPS = 20


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`: `band` for the band at the top, `accent` for what can be clicked."""

    band: str
    band_text: str
    accent: str
    accent_text: str


def palette(*, background: str, font: str) -> Palette:
    """The partner's own colours where they are readable, else the nearest shades that are."""
    accent = next((own for own in (background, font) if contrast(own, PAGE) >= ENOUGH), readable_on(PAGE, background))
    return Palette(
        band=background,
        band_text=readable_on(background, font),
        accent=accent,
        accent_text=readable_on(accent, WHITE),
    )


def readable_on(ground: str, wanted: str) -> str:
    """Move the wanted colour towards black or white until it is readable on the ground."""
    end = max(BLACK, WHITE, key=lambda colour: contrast(colour, ground))
    shades = (_mix(wanted, end, step / STEPS) for step in range(STEPS))
    return next((shade for shade in shades if contrast(shade, ground) >= ENOUGH), end)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG defines it, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
