"""`explore.branches()`: a photograph, a module, a branch, and the maps of its strongest channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from inception_lab.architecture.cost import cost
from inception_lab.view import figures, pictures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State
from inception_lab.view.explorers.modules import branch_name

if TYPE_CHECKING:
    from inception_lab.model.classifier import Classifier

PHOTOS = ("chelsea", "coffee", "rocket", "astronaut")
ROWS, COLUMNS = 3, 4
GAP = 0.06  # between maps, of a map's side
CELL = 56  # pixels that a map is drawn with


@dataclass(frozen=True)
class StrongestMaps:
    """The strongest channels of a branch."""

    state: State
    picture: Any  # what the network sees, as a person sees it
    maps: NDArray[np.float32]  # `(height, width, channels)`, the strongest channel first
    channels: tuple[int, ...]  # their numbers
    place: tuple[float, float]  # column and row, in parts of the picture, where the chosen map is largest
    reach: float  # side of the square that this unit can see at most, in parts of the picture's side
    pixels: int  # the same in pixels of what the network takes
    total: int  # channels of the branch
    silent: float  # share of the branch's values that are zero

    @property
    def channel(self) -> int:
        """Number of the chosen map's channel."""
        number: int = self.channels[self.state["map"] - 1]
        return number


class Branches(Explorer):
    """What each branch of a module makes of a photograph.

    Args:
        classifier: A network with its preparation; by default what `lab.classifier()` gives.
        photos: Name → RGB picture, uint8; by default the network's samples, or some of scikit-image's.

    Raises:
        ValueError: If the network has no modules.
    """

    title = "Inside a module"
    hint = (
        "The strongest channels of a branch, each map from black (silent) to its brightest. Pick a map: the "
        "box on the photo is what its brightest unit can see at most."
    )
    presets: ClassVar = {
        "3a, 5×5": {},
        "4a, 1×1": {"module": "4a", "branch": "1x1"},
        "4e, 3×3": {"module": "4e", "branch": "3x3"},
        "5b, 5×5": {"module": "5b"},
    }

    def __init__(
        self,
        preset: str | None = None,
        /,
        *,
        classifier: Classifier | None = None,
        photos: Mapping[str, NDArray[np.uint8]] | None = None,
        **state: Any,
    ) -> None:
        from inception_lab.model.inside.branches import branches, modules

        if classifier is None:
            from inception_lab.model.pretrained.sources import classifier as load

            classifier = load()
        self.classifier = classifier
        self._photos = photos or classifier.samples or {name: pictures.photo(name) for name in PHOTOS}
        model = classifier.model
        self._modules = {name.removeprefix("inception_"): name for name in modules(model)}
        if not self._modules:
            raise ValueError(f"The network must have modules. Received: {classifier.name}, which has none.")
        tensors = {name: branches(model, module) for name, module in self._modules.items()}
        self._branches = [
            b for b in next(iter(tensors.values())) if all(b in found for found in tensors.values())
        ]
        self._maps = min(ROWS * COLUMNS, *(t[b].shape[-1] for t in tensors.values() for b in self._branches))
        if not {"3a", "4a", "4e", "5b"} <= self._modules.keys():
            self.presets = {}  # type: ignore[misc]  # they are of GoogLeNet
        counted = cost(classifier.network)
        self._reach = {layer.name: layer.reach for layer in counted.layers}
        self._seen: dict[str, tuple[Any, Any]] = {}
        super().__init__(preset, **state)

    def declare(self) -> dict[str, Control]:
        modules, branches = list(self._modules), self._branches
        return {
            "photo": Choice("Photo", next(iter(self._photos)), tuple((name, name) for name in self._photos)),
            "module": Choice("Module", modules[0], tuple((name, name) for name in modules)),
            "branch": Choice(
                "Branch",
                "5x5" if "5x5" in branches else branches[-1],
                tuple((branch_name(name), name) for name in branches),
            ),
            "map": Integer("Map, 1 strongest", 1, 1, self._maps),
        }

    def compute(self, state: State) -> StrongestMaps:
        picture, found = self._look(state["photo"])
        module, branch = self._modules[state["module"]], state["branch"]
        every = found[module][branch][0]
        strongest = every.max(axis=(0, 1))
        order = np.argsort(-strongest, kind="stable")[: ROWS * COLUMNS]
        chosen = every[:, :, order[state["map"] - 1]]
        row, column = np.unravel_index(int(np.argmax(chosen)), chosen.shape)
        reach = self._reach[f"{module}/{branch}"]
        height, width, _ = self.classifier.network.input_shape
        y, x = reach.centre(int(row), int(column))
        return StrongestMaps(
            state,
            picture,
            every[:, :, order],
            tuple(int(n) for n in order),
            (x / width, y / height),
            reach.largest / height,
            reach.largest,
            every.shape[2],
            float((every <= 0).mean()),
        )

    def _look(self, name: str) -> tuple[Any, Any]:
        if name not in self._seen:
            from inception_lab.model.inside.branches import branch_maps

            prepare = self.classifier.prepare
            prepared = prepare(self._photos[name])
            self._seen[name] = prepare.undone(prepared[0]), branch_maps(self.classifier.model, prepared)
        return self._seen[name]

    def make_figure(self) -> Figure:
        figure = self.new_figure(4.2, 5.5)
        self._photo_axes = self.add_axes(figure, (0.01, 0.04, 0.41, 0.88), (0.05, 2.95, 0.05, 2.25))
        self._map_axes = self.add_axes(figure, (0.46, 0.04, 0.53, 0.88), (0.05, 0.05, 0.05, 2.5))
        self._image = self._photo_axes.imshow(np.zeros((2, 2)), extent=(0, 1, 1, 0))
        self._photo_axes.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
        self._map_axes.set(xlim=(0, COLUMNS), ylim=(ROWS, 0), aspect="equal")
        self._map_axes.set_axis_off()
        self._shown = ""
        return figure

    def prepare(self, canvas: Canvas) -> None:
        frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=figures.VERMILLION, linewidth=2.5)
        self._box = self._photo_axes.add_patch(frame)
        (self._dot,) = self._photo_axes.plot([], [], "o", color=figures.YELLOW, markeredgecolor="black")
        look: dict[str, Any] = {"cmap": "magma", "vmin": 0, "vmax": 1, "interpolation": "nearest"}
        self._mosaic = self._map_axes.imshow(np.zeros((2, 2)), extent=(0, COLUMNS, ROWS, 0), **look)
        mark = Rectangle((0, 0), 1, 1, fill=False, edgecolor=figures.VERMILLION, linewidth=2.5, clip_on=False)
        self._mark = self._map_axes.add_patch(mark)
        self._numbers = [
            self._map_axes.text(
                n % COLUMNS + 0.06, n // COLUMNS + 0.06, "", color="white", fontsize=8, va="top"
            )
            for n in range(ROWS * COLUMNS)
        ]
        self._title = self._map_axes.text(0, -0.05, "", va="bottom", fontsize=10)
        canvas.add(self._box, self._dot, self._mosaic, self._mark, *self._numbers, self._title)

    def draw(self, canvas: Canvas, result: StrongestMaps) -> None:
        state = result.state
        if self._shown != state["photo"]:
            self._shown = state["photo"]
            self._image.set(data=result.picture, extent=(0, 1, 1, 0))
            self._photo_axes.set_title(f"{self._shown}, as the network takes it", fontsize=10)
        (column, row), reach = result.place, result.reach
        canvas.put(self._box, xy=(column - reach / 2, row - reach / 2), width=reach, height=reach)
        canvas.put(self._dot, data=([column], [row]))
        canvas.put(self._mosaic, data=mosaic(result.maps))
        chosen = state["map"] - 1
        canvas.put(self._mark, xy=(chosen % COLUMNS, chosen // COLUMNS), width=1 - GAP, height=1 - GAP)
        for number, text in enumerate(self._numbers):
            text.set_text(str(result.channels[number]) if number < len(result.channels) else "")
        self._title.set_text(
            f"{state['module']}, {branch_name(state['branch'])}: {len(result.channels)} of {result.total} "
            f"channels, {result.maps.shape[1]}×{result.maps.shape[0]}"
        )

    def handles(self) -> Iterator[Handle]:
        for number, channel in enumerate(self.result.channels[: self._maps]):
            x, y = number % COLUMNS, number // COLUMNS
            yield Handle(
                self._map_axes, (x + 0.1, y + 0.1, x + 0.84, y + 0.84), f"Press: channel {channel}",
                press={"map": number + 1}, cursor="pointer",
            )  # fmt: skip

    def describe(self, result: StrongestMaps) -> str:
        state = result.state
        strongest = ", ".join(map(str, result.channels[:4]))
        return (
            f"Photo {state['photo']}, module {state['module']}, branch {branch_name(state['branch'])} of "
            f"{result.total} channels: the strongest are {strongest}. Channel {result.channel} is largest at "
            f"{result.place[0]:.0%} of the width and {result.place[1]:.0%} of the height, and sees a square "
            f"of {result.pixels} pixels at most. {result.silent:.0%} of the branch's values are zero."
        )


def mosaic(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return maps side by side, each from 0 to its own largest value.

    Returns:
        `(ROWS · CELL, COLUMNS · CELL)`; NaN between maps.
    """
    inner = round(CELL * (1 - GAP))
    whole = np.full((ROWS * CELL, COLUMNS * CELL), np.nan, np.float32)
    rows = np.arange(inner) * maps.shape[0] // inner
    columns = np.arange(inner) * maps.shape[1] // inner
    for number in range(min(maps.shape[2], ROWS * COLUMNS)):
        values = maps[:, :, number]
        top, left = number // COLUMNS * CELL, number % COLUMNS * CELL
        scaled = np.maximum(values, 0) / (values.max() if values.max() > 0 else 1)
        whole[top : top + inner, left : left + inner] = scaled[rows][:, columns]
    return whole
