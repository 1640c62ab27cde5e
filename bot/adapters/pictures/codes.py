"""QR codes as pictures that a phone reads from another screen."""

from io import BytesIO

import segno

_SCALE = 12
_QUIET_MODULES = 4  # ISO/IEC 18004: the border that readers need


def draw_qr(text: str) -> bytes:
    """Give a text as PNG, dark on light in either theme: readers want it so."""
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="png", scale=_SCALE, border=_QUIET_MODULES)
    return drawn.getvalue()
