"""What curves and cards are drawn with: a ground, letters, the mode's tag, a filled curve."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from bot.adapters.pictures.lettering import fitted, font, width
from bot.adapters.pictures.palette import PALETTES, Colour
from bot.adapters.pictures.scales import Frame
from bot.adapters.pictures.stamps import palette_of
from bot.domain.charts import Theme
from bot.domain.users import Mode

WIDTH, MARGIN = 1280, 44
_TAG, _FINE, _THICK = 36, 2, 5
_COMPRESSION = 3

Line = Sequence[tuple[float, float]]


class Canvas:
    """One picture being drawn, 1280 pixels wide."""

    def __init__(self, theme: Theme, height: int) -> None:
        self.colours = PALETTES[theme]
        self.height = height
        self._theme = theme
        self._image = Image.new("RGB", (WIDTH, height), self.colours.ground)
        self.pen = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        """Give what was drawn; a hundred colours say it all."""
        few = self._image.quantize(palette=palette_of(self._theme), dither=Image.Dither.NONE)
        written = io.BytesIO()
        few.save(written, "PNG", compress_level=_COMPRESSION)
        return written.getvalue()

    def text(
        self,
        at: tuple[float, float],
        words: str,
        size: int,
        colour: Colour,
        *,
        anchor: str = "lm",
        longest: int = WIDTH,
    ) -> None:
        """Write words, cut where they would be longer than so many pixels."""
        shown = fitted(words, size, longest)
        self.pen.text(at, shown, font=font(size), fill=colour, anchor=anchor)

    def tag(self, mode: Mode, y: int) -> int:
        """Write whose money this is at the right edge; gives where the tag begins."""
        words = mode.value.upper()
        left = WIDTH - MARGIN - width(words, _TAG) - 32
        fill = self.colours.paper if mode is Mode.PAPER else self.colours.live
        self.pen.rounded_rectangle((left, y - 26, WIDTH - MARGIN, y + 26), 12, fill=fill)
        self.text((left + 16, y), words, _TAG, self.colours.on_tag)
        return left

    def of_sign(self, value: float) -> Colour:
        """Give the colour of a gain, of a loss, or of neither."""
        if not value:
            return self.colours.text
        return self.colours.rising if value > 0 else self.colours.falling

    def curve(self, frame: Frame, line: Line, base_y: float, *, is_gain: bool) -> None:
        """Draw a smooth line of points from left to right, and what lies between it and a base."""
        colours = self.colours
        fill = colours.rising_volume if is_gain else colours.falling_volume
        area = [*line, (line[-1][0], base_y), (line[0][0], base_y)]
        self.pen.polygon(area, fill=fill)
        # Drawn large and made small: a line at a slant has no steps then.
        size = (frame.right - frame.left + 2 * _THICK, frame.bottom - frame.top + 2 * _THICK)
        mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
        shift_x, shift_y = frame.left - _THICK, frame.top - _THICK
        points = [((x - shift_x) * _FINE, (y - shift_y) * _FINE) for x, y in line]
        ImageDraw.Draw(mask).line(points, fill=255, width=_THICK * _FINE, joint="curve")
        small = mask.resize(size, Image.Resampling.BOX)
        self._image.paste(colours.rising if is_gain else colours.falling, (shift_x, shift_y), small)
