"""Make the pictures of docs/images: explorers in a real JupyterLab, after a drag with the mouse.

python -m tools.screenshots
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.browser.lab import Explorer, NoBrowserError, jupyterlab

ROOT = Path(__file__).resolve().parent.parent
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


SHOTS = (
    Shot("explorer.png", "02_reduction_cost.ipynb", "An Inception module", "#5×5 reduce", 12),
    Shot("ruler.png", "01_naive_module.ipynb", "How large a window?", "Window side k", 9),
)


def drag(explorer: Explorer, label: str, pixels: int) -> None:
    """Drag a slider to the right with the mouse and wait for the picture."""
    before = explorer.picture
    handle = explorer.slider(label)
    handle.hover()
    box = handle.bounding_box()
    if box is None:
        raise RuntimeError(f"The slider '{label}' is not to be seen.")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explorer.page.mouse.down()
    explorer.page.mouse.move(x + pixels, y, steps=pixels)
    explorer.page.mouse.up()
    explorer.page.mouse.move(1, 1)
    explorer.page.wait_for_timeout(1500)
    if explorer.picture == before:
        raise RuntimeError(f"Dragging the slider '{label}' did not change the picture.")


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
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
