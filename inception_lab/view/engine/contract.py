"""What an explorer says of itself; whoever adds one writes this."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.controls import Control, State
from inception_lab.view.engine.handles import Handle

WIDE = 9.2  # inches: the width of a figure whose parts lie side by side
LEAST, MOST = 3.3, 7.2  # inches: widths of figures whose parts lie one below the other
ROOM = 840  # of the page's pixels for a wide figure; with fewer its text would be small
Either = TypeVar("Either")
Box = tuple[float, float, float, float]


def width_for(room: float) -> float:
    """Return how wide a figure is, in inches, on a page that has so many pixels for it."""
    return WIDE if room >= ROOM else min(max(LEAST, room // 10 / 10), MOST)


class Contract(ABC):
    """A title, controls, what a state means, and how a result looks, moves and reads.

    Attributes:
        width: How wide the figure is, in inches: 9.2, or less where the page has little room.
        asked: The axis that a reader's guess is marked on, which `make_figure` names.
    """

    title: ClassVar[str]
    hint: ClassVar[str] = ""
    presets: ClassVar[Mapping[str, State]] = {}
    leading: ClassVar[tuple[str, ...]] = ()  # controls in view; the rest lie under "More"
    width = WIDE
    asked: Axis | None = None
    result: Any

    @abstractmethod
    def declare(self) -> dict[str, Control]:
        """Return the controls by name, in order."""

    @abstractmethod
    def compute(self, state: State) -> Any:
        """Return what the picture shows; a ValueError means that the state is illegal."""

    @abstractmethod
    def make_figure(self) -> Figure:
        """Return the figure with everything that stays."""

    @abstractmethod
    def prepare(self, canvas: Canvas) -> None:
        """Add the artists that change."""

    @abstractmethod
    def draw(self, canvas: Canvas, result: Any) -> None:
        """Move the artists to where `result` wants them."""

    @abstractmethod
    def describe(self, result: Any) -> str:
        """Return in a sentence or two what the picture shows."""

    def handles(self) -> Iterable[Handle]:
        """Return what a hand can take in the present picture; of two that overlap the later is taken."""
        return ()

    def keras_code(self, state: State) -> str:
        """Return Keras code for the state, which runs as it stands."""
        return ""

    def forget(self) -> None:  # noqa: B027
        """Forget, before a preset or a reset, what is remembered besides the controls' values."""

    def adapt(self, name: str, state: State) -> State:
        """Return what else is set in a state after the control called `name`, which decides over others."""
        return {}

    @property
    def narrow(self) -> bool:
        """Whether the figure's parts lie one below the other, as the page has little room."""
        return self.width < WIDE

    def either(self, wide: Either, narrow: Either) -> Either:
        """Return one of two, for a figure whose parts lie side by side or one below the other."""
        return narrow if self.narrow else wide

    def new_figure(self, high: float, high_if_narrow: float) -> Figure:
        """Return an empty figure of the present width; its height in inches, at most 5.6."""
        return figures.new_figure(self.width, self.either(high, high_if_narrow))

    def add_axes(self, figure: Figure, wide: Box, narrow: Box) -> Axes:
        """Add axes to a figure.

        Args:
            figure: The figure.
            wide: Left, bottom, width, height in parts of the figure, for parts side by side.
            narrow: Space on the left, bottom, space on the right, height in inches, for one below the other.
        """
        (width, high), (left, bottom, right, height) = figure.get_size_inches(), narrow
        inches = (left / width, bottom / high, (width - left - right) / width, height / high)
        return figure.add_axes(self.either(wide, inches))
