"""Whatever a partner chose, its pages can be read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from partners.branding import ENOUGH, PAGE, WHITE, contrast, palette

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS, COLOURS)
def test_every_pair_of_colours_becomes_readable(background: str, font: str) -> None:
    colours = palette(background=background, font=font)

    assert colours.band == background
    assert contrast(colours.band_text, colours.band) >= ENOUGH
    assert contrast(colours.accent, PAGE) >= ENOUGH
    assert contrast(colours.accent, WHITE) >= ENOUGH
    assert contrast(colours.accent_text, colours.accent) >= ENOUGH
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in vars(colours).values())


def test_colours_that_can_be_read_are_left_alone() -> None:
    colours = palette(background="#5b21b6", font="#fde68a")

    assert (colours.band, colours.band_text, colours.accent) == ("#5b21b6", "#fde68a", "#5b21b6")


def test_buttons_of_a_white_brand_take_its_font_colour() -> None:
    assert palette(background="#ffffff", font="#333333").accent == "#333333"


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#ABCDEF", "#abcdef") == 1
