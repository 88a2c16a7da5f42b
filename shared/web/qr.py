"""QR codes for screens and pages."""

from __future__ import annotations

import io


def qr_svg(content: str) -> bytes:
    """A QR code as one SVG path with the quiet zone of four modules, error correction M."""
    # The library brings Pillow with it: the first number is not kept waiting for that.
    import qrcode
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    written = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(written)
    return written.getvalue()
