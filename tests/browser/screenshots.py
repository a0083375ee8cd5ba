"""Make the pictures of docs/images: explorers in a real JupyterLab, while and after a drag with the mouse.

python -m tests.browser.screenshots
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.browser.lab import Explorer, NoBrowserError, jupyterlab

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True)
class Shot:
    """A picture of an explorer.

    Attributes:
        file: Name of the picture.
        notebook: The notebook that the explorer is in.
        title: The explorer's heading.
        slider: Label of the slider that is dragged.
        pixels: How far it is dragged to the right.
    """

    file: str
    notebook: str
    title: str
    slider: str
    pixels: int


SHOTS = (Shot("ruler.png", "01_naive_module.ipynb", "How large a window?", "Window side k", 9),)


@dataclass(frozen=True)
class Film:
    """A moving picture of an explorer whose sliders are dragged to the right and back.

    Attributes:
        file: Name of the picture.
        notebook: The notebook that the explorer is in.
        title: The explorer's heading.
        sliders: Labels of the sliders and how far each is dragged, in pixels.
    """

    file: str
    notebook: str
    title: str
    sliders: tuple[tuple[str, int], ...]


FILM = Film(
    "explorer.gif", "02_reduction_cost.ipynb", "An Inception module", (("#5×5 reduce", 30), ("#3×3", 24))
)
FILM_STEP, FILM_MILLISECONDS, FILM_COLOURS, FILM_WIDTH = 3, 140, 255, 960
MOST_BYTES = 1_000_000


@contextmanager
def held(explorer: Explorer, label: str) -> Iterator[tuple[float, float]]:
    """Hold a slider's handle with the mouse; gives where it was taken."""
    explorer.open_all()
    slider = explorer.slider(label)
    box = slider.bounding_box()
    if box is None:
        raise RuntimeError(f"The slider '{label}' is not to be seen.")
    part = float(slider.evaluate("slider => slider.value / slider.max"))
    x, y = box["x"] + 8 + part * (box["width"] - 16), box["y"] + box["height"] / 2  # the thumb is 16 wide
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.down()
    yield x, y
    explorer.page.mouse.up()


def drag(explorer: Explorer, label: str, pixels: int) -> None:
    """Drag a slider to the right with the mouse and wait for the picture."""
    before = explorer.picture
    with held(explorer, label) as (x, y):
        explorer.page.mouse.move(x + pixels, y, steps=pixels)
    explorer.page.mouse.move(1, 1)
    explorer.page.wait_for_timeout(1500)
    if explorer.picture == before:
        raise RuntimeError(f"Dragging the slider '{label}' did not change the picture.")


def film(explorer: Explorer, made: Film) -> list[Image.Image]:
    """Return what is to be seen while the sliders are dragged, picture by picture."""
    frames = []
    for label, pixels in made.sliders:
        path = [*range(0, pixels + 1, FILM_STEP), *range(pixels, -1, -FILM_STEP)]
        with held(explorer, label) as (x, y):
            for shift in path:
                explorer.page.mouse.move(x + shift, y)
                explorer.page.wait_for_timeout(250)
                frames.append(Image.open(io.BytesIO(explorer.box.screenshot())).convert("RGB"))
    return frames


def save_film(frames: list[Image.Image], path: Path) -> None:
    """Write a looping GIF.

    Raises:
        RuntimeError: If it is too large for a page to open with.
    """
    size = (FILM_WIDTH, round(frames[0].height * FILM_WIDTH / frames[0].width))
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    palette = small[0].quantize(FILM_COLOURS, Image.Quantize.MAXCOVERAGE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small)
    first.save(path, save_all=True, append_images=others, duration=FILM_MILLISECONDS, loop=0, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise RuntimeError(f"{path.name} has {path.stat().st_size:,} bytes, at most {MOST_BYTES:,} are good.")


def main() -> int:
    """Make all pictures; the exit status is 1 if there is no browser."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with jupyterlab(ROOT / "notebooks") as lab:
            for shot in SHOTS:
                notebook = lab.open(shot.notebook)
                notebook.run_all()
                notebook.command("application:toggle-left-area")
                explorer = notebook.explorer(shot.title)
                drag(explorer, shot.slider, shot.pixels)
                explorer.box.screenshot(path=IMAGES / shot.file)
                print(f"docs/images/{shot.file}: {explorer.readout}")
            notebook = lab.open(FILM.notebook)
            notebook.run_all()
            notebook.command("application:toggle-left-area")
            save_film(film(notebook.explorer(FILM.title), FILM), IMAGES / FILM.file)
            print(f"docs/images/{FILM.file}: {(IMAGES / FILM.file).stat().st_size:,} bytes")
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
