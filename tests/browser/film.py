"""README's moving picture: a hand that pulls bars in a real JupyterLab. `make film` makes it.

Browsers leave the pointer out of their pictures; a hand is drawn where it is.
"""

import io
import sys
from pathlib import Path

from PIL import Image

import inception_lab as lab
from tests.browser.explorers import free_point
from tests.browser.lab import Explorer, NoBrowserError, jupyterlab

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "images" / "explorer.gif"
NOTEBOOK = "02_reduction_cost.ipynb"
# What is pulled, and how far to the right, in parts of the picture.
PULLS = (("Pull: #3×3", 0.06), ("Pull: #5×5", 0.07))
STEPS, MILLISECONDS, COLOURS, WIDTH, MOST_BYTES = 9, 110, 255, 960, 1_000_000
HAND = """() => {
  const hand = document.createElement('div');
  hand.style.cssText = 'position:fixed;z-index:99999;pointer-events:none;left:-99px;top:0;width:34px';
  const part = (x, y, w, h) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="4"/>`;
  const parts = [part(9, 2, 6, 24), part(14, 11, 6, 14), part(19, 12, 6, 14), part(24, 14, 6, 13),
                 part(9, 20, 21, 16), part(3, 18, 8, 7)].join('');
  hand.innerHTML = `<svg width="34" height="38"><g stroke="#000" stroke-width="3">${parts}</g>` +
                   `<g fill="#fff">${parts}</g></svg>`;
  document.body.append(hand);
  addEventListener('pointermove', (event) => {
    hand.style.left = `${event.clientX - 12}px`;
    hand.style.top = `${event.clientY - 3}px`;
  }, true);
}"""


def filmed(explorer: Explorer) -> list[Image.Image]:
    """Return what is to be seen while bars are pulled to the right and back, picture by picture."""
    mouse, frames = explorer.page.mouse, []
    explorer.page.evaluate(HAND)
    explorer.page.wait_for_timeout(3000)  # the page has got more room: the picture is drawn anew
    here = lab.explore.module()
    here.fit(explorer.room)
    explorer.box.get_by_role("button", name="Reset").click()  # its cell is chosen then
    explorer.box.screenshot()  # scrolls to it, after which a point of it stays where it is in the window
    for hint, far in PULLS:
        _, (x, y) = free_point(here, hint)
        mouse.move(*explorer.place(x, y))
        mouse.down()
        for step in (*range(STEPS + 1), *range(STEPS, -1, -1)):
            mouse.move(*explorer.place(x + far * step / STEPS, y))
            explorer.page.wait_for_timeout(300)
            frames.append(Image.open(io.BytesIO(explorer.box.screenshot())).convert("RGB"))
        mouse.up()
    return frames


def save(frames: list[Image.Image]) -> None:
    """Write a looping GIF.

    Raises:
        RuntimeError: If nothing moves, or it is too large for a page to open with.
    """
    if len({frame.tobytes() for frame in frames}) < STEPS:
        raise RuntimeError("The pull did not change the picture.")
    size = (WIDTH, round(frames[0].height * WIDTH / frames[0].width))
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    palette = small[0].quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small)
    first.save(FILE, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, optimize=True)
    if FILE.stat().st_size > MOST_BYTES:
        raise RuntimeError(f"{FILE.name} has {FILE.stat().st_size:,} bytes, at most {MOST_BYTES:,} are good.")


def main() -> int:
    """Make the picture; the exit status is 1 if there is no browser."""
    try:
        with jupyterlab(ROOT / "notebooks") as running:
            notebook = running.open(NOTEBOOK)
            notebook.run_all()
            notebook.command("application:toggle-left-area")
            save(filmed(notebook.explorer(lab.explore.module.title)))
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
