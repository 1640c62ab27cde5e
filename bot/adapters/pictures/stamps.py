"""What pictures are made with again and again: the marks of fills, and the palettes of themes."""

from functools import lru_cache

from PIL import Image, ImageDraw

from bot.adapters.pictures.palette import PALETTES, shades
from bot.domain.charts import Theme

MARK = 30
_EDGE, _FINE = 4, 4


@lru_cache(maxsize=2)
def triangles(*, up: bool) -> tuple[Image.Image, Image.Image]:
    """Give the masks of a mark, its edge and its inside, drawn large and made small: smooth."""
    size = (MARK + 2 * _EDGE) * _FINE
    edge, inner = Image.new("L", (size, size)), Image.new("L", (size, size))
    for mask, inset in ((edge, 0), (inner, _EDGE * _FINE)):
        near, far = inset, size - inset
        tip, flat = (near, far) if up else (far, near)
        ImageDraw.Draw(mask).polygon(((size / 2, tip), (near, flat), (far, flat)), fill=255)
    small = (MARK + 2 * _EDGE, MARK + 2 * _EDGE)
    return edge.resize(small, Image.Resampling.LANCZOS), inner.resize(
        small, Image.Resampling.LANCZOS
    )


@lru_cache(maxsize=2)
def palette_of(theme: Theme) -> Image.Image:
    """Give an image whose palette has the colours of a theme."""
    image = Image.new("P", (1, 1))
    image.putpalette([part for colour in shades(PALETTES[theme]) for part in colour])
    return image
