"""The colours of pictures, dark and light."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from bot.domain.charts import Theme

Colour = tuple[int, int, int]

_STEPS, _MOST_SHADES = 7, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What each thing is painted with; `on_tag` is text on a coloured ground."""

    ground: Colour
    grid: Colour
    text: Colour
    muted: Colour
    rising: Colour
    falling: Colour
    rising_volume: Colour
    falling_volume: Colour
    entry: Colour
    exit: Colour
    liquidation: Colour
    paper: Colour
    live: Colour
    on_tag: Colour


PALETTES: Mapping[Theme, Palette] = {
    Theme.DARK: Palette(
        ground=(18, 22, 30),
        grid=(38, 45, 58),
        text=(236, 240, 247),
        muted=(146, 156, 174),
        rising=(38, 190, 150),
        falling=(245, 84, 98),
        rising_volume=(24, 84, 76),
        falling_volume=(104, 46, 58),
        entry=(84, 160, 255),
        exit=(255, 184, 64),
        liquidation=(255, 96, 190),
        paper=(86, 97, 118),
        live=(214, 48, 62),
        on_tag=(255, 255, 255),
    ),
    Theme.LIGHT: Palette(
        ground=(255, 255, 255),
        grid=(229, 233, 240),
        text=(20, 26, 38),
        muted=(98, 108, 126),
        rising=(10, 148, 112),
        falling=(222, 52, 70),
        rising_volume=(178, 224, 211),
        falling_volume=(246, 196, 201),
        entry=(24, 104, 219),
        exit=(196, 116, 0),
        liquidation=(190, 24, 120),
        paper=(110, 120, 138),
        live=(206, 32, 48),
        on_tag=(255, 255, 255),
    ),
}


def shades(palette: Palette) -> list[Colour]:
    """Give every colour that a picture is made of: smooth edges are a few steps between two."""
    colours: list[Colour] = list(astuple(palette))
    # What is only ever a rectangle or a level line has no edges to smooth.
    flat = {palette.grid, palette.rising_volume, palette.falling_volume}
    pairs = [(palette.ground, colour) for colour in colours if colour not in flat]
    tags = (palette.rising, palette.falling, palette.paper, palette.live)
    pairs += [(palette.on_tag, tag) for tag in tags]
    found = dict.fromkeys(colours)
    for first, second in pairs:
        found |= dict.fromkeys(_between(first, second, step) for step in range(_STEPS))
    return list(found)[:_MOST_SHADES]


def _between(first: Colour, second: Colour, step: int) -> Colour:
    red, green, blue = (
        round(one + (other - one) * step / (_STEPS - 1))
        for one, other in zip(first, second, strict=True)
    )
    return red, green, blue
