"""Pictures of the console's pages for docs/, made by the tests: `SCREENSHOTS=1` writes them, with a palette."""

import base64
import os
import struct
import zlib
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
SIZE_MAX_BYTES: Final = 150_000
WANTED: Final = bool(os.environ.get("SCREENSHOTS"))
# The 256 colours that a picture has most of; every other one becomes the nearest of them.
QUANTIZE: Final = """
async (png) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map(([color]) => color);
  const parts = (color) => [color & 255, (color >> 8) & 255, (color >> 16) & 255];
  const distance = (a, b) => parts(a).reduce((sum, part, at) => sum + (part - parts(b)[at]) ** 2, 0);
  const places = new Map();
  for (const color of counts.keys()) {
    let nearest = 0;
    for (let at = 1; at < palette.length; at++)
      if (distance(color, palette[at]) < distance(color, palette[nearest])) nearest = at;
    places.set(color, nearest);
  }
  const rows = Uint8Array.from(pixels, (pixel) => places.get(pixel));
  let binary = "";
  for (let at = 0; at < rows.length; at += 32768) binary += String.fromCharCode(...rows.subarray(at, at + 32768));
  return { width: canvas.width, height: canvas.height, palette: palette.flatMap(parts), rows: btoa(binary) };
}
"""


async def screenshot(page: Page, name: str) -> None:
    """Write a picture of a page, where they are wanted."""
    if not WANTED:
        return
    png = await page.screenshot(animations="disabled", caret="hide")
    blank = await page.context.new_page()
    picture = await blank.evaluate(QUANTIZE, base64.b64encode(png).decode())
    await blank.close()
    data = _png(picture)
    assert len(data) <= SIZE_MAX_BYTES
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(data)


def _png(picture: dict[str, Any]) -> bytes:
    """The file of a picture with a palette. Source: https://www.w3.org/TR/png-3/."""
    width, height = picture["width"], picture["height"]
    rows = base64.b64decode(picture["rows"])
    unfiltered = b"".join(b"\0" + rows[start : start + width] for start in range(0, len(rows), width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(picture["palette"])),
        (b"IDAT", zlib.compress(unfiltered, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
