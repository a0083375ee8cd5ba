"""Put an electrode into a network: show discs of growing size, and record the units in the middle."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from inception_lab.checks import one_of
from inception_lab.model.backend import keras
from inception_lab.model.data.preparation import Preparation
from inception_lab.model.inside.branches import Floats, array, branches_of
from inception_lab.model.inside.tuning import COLOURS, SizeTuning

Shape = Literal["disc", "square"]

BATCH = 32
STEPS = 31  # diameters, of which small ones coincide


def disc_diameters(side: int, count: int = STEPS) -> tuple[int, ...]:
    """Return whole diameters from 4 pixels to nearly the picture's side, in about equal ratios.

    Example:
        >>> disc_diameters(224, 7)
        (4, 8, 15, 30, 58, 113, 220)
    """
    return tuple(int(d) for d in np.unique(np.rint(np.geomspace(4, side * 220 / 224, count))))


def disc(
    height: int,
    width: int,
    diameter: float,
    colour: tuple[float, float, float],
    background: tuple[float, float, float],
    shape: Shape = "disc",
) -> Floats:
    """Return the picture of a disc or a square of so many pixels in the middle, its edge smooth.

    Returns:
        RGB values from 0 to 255, float32 `(height, width, 3)`.
    """
    rows, columns = np.indices((height, width))
    down, across = rows - (height - 1) / 2, columns - (width - 1) / 2
    distance = np.hypot(down, across) if shape == "disc" else np.maximum(abs(down), abs(across))
    inside = np.clip(diameter / 2 - distance + 0.5, 0, 1 if diameter else 0)[..., None]
    return np.asarray(inside * np.array(colour) + (1 - inside) * np.array(background), np.float32)


def size_tuning(
    model: Any,
    prepare: Preparation,
    chosen: Iterable[str] | None = None,
    *,
    diameters: tuple[int, ...] | None = None,
    colours: Iterable[str] = tuple(COLOURS),
    background: tuple[float, float, float] | None = None,
    name: str = "network",
    shape: Shape = "disc",
) -> SizeTuning:
    """Record what the units in the middle answer to centred discs, or squares.

    The unit in row and column `(n - 1) // 2` of a map with n is recorded: with GoogLeNet's padding it is
    the one whose field is centred nearest to the picture's middle. One row further, 8 or 16 pixels
    away, diameters come out up to half as large again in the modules with large steps.

    Args:
        model: A functional Keras model.
        prepare: What its pictures are prepared with.
        chosen: Modules, by default all.
        diameters: Of the discs in pixels, rising; by default 30 from 4 pixels to nearly the picture's side.
        colours: Names in `COLOURS`.
        background: RGB; by default the mean colour, which the network sees as zeros.
        name: What to call the network.
        shape: `"disc"` or `"square"`, of the same sides as diameters.

    Raises:
        ValueError: If the network has no such module, or there is no such colour or shape, or the
            diameters do not rise.
    """
    one_of("shape", shape, get_args(Shape))
    tensors = branches_of(model, chosen)
    height, width = model.input_shape[1:3]
    diameters = disc_diameters(min(height, width)) if diameters is None else diameters
    ground = prepare.background if background is None else background
    colours = tuple(colours)
    if not colours or (unknown := [colour for colour in colours if colour not in COLOURS]):
        received = ", ".join(map(str, unknown)) if colours else "none"
        raise ValueError(f"`colours` must be among {', '.join(COLOURS)}. Received: {received}.")
    if not diameters or not all(a < b for a, b in pairwise((0, *diameters))):
        raise ValueError(f"`diameters` must be positive and rising. Received: diameters={diameters}.")
    flat = [(module, branch) for module, found in tensors.items() for branch in found]
    ends = [end for found in tensors.values() for end in found.values()]
    middle = keras.Model(
        model.input, [end[:, (end.shape[1] - 1) // 2, (end.shape[2] - 1) // 2, :] for end in ends]
    )
    pictures = [(0, colours[0]), *((diameter, colour) for colour in colours for diameter in diameters)]
    recorded: list[list[Floats]] = [[] for _ in flat]
    for start in range(0, len(pictures), BATCH):
        shown = [
            disc(height, width, size, COLOURS[colour], ground, shape)
            for size, colour in pictures[start : start + BATCH]
        ]
        values = middle(prepare.values(np.stack(shown)), training=False)
        for number, value in enumerate(keras.tree.flatten(values)):
            recorded[number].append(array(value))
    answers: dict[str, dict[str, Floats]] = {}
    for (module, branch), found in zip(flat, recorded, strict=True):
        every = np.concatenate(found)
        above = (every[1:] - every[0]).reshape(len(colours), len(diameters), -1)
        answers.setdefault(module, {})[branch] = above
    return SizeTuning(tuple(diameters), colours, answers, min(height, width), name)


def shuffled(model: Any, seed: int = 0) -> Any:
    """Return a copy of a network in which every kernel's weights have changed places at random.

    The learnt values and biases stay; only the arrangement is lost.

    Args:
        model: A functional Keras model.
        seed: Of the places.
    """
    rng = np.random.default_rng(seed)
    return _changed(model, lambda weight: rng.permuted(weight.ravel()).reshape(weight.shape))


def untrained(model: Any, seed: int = 0, bias: float = 0.2) -> Any:
    """Return a copy of a network with fresh random weights, of variance 1 / fan-in, and equal biases.

    Args:
        model: A functional Keras model.
        seed: Of the weights.
        bias: Of every layer.

    Reference:
        Caffe's filler "xavier" and the biases of bvlc_googlenet's `train_val.prototxt` (there the
        classifiers' are 0; no module comes after them).
    """
    rng = np.random.default_rng(seed)

    def drawn(kernel: Floats) -> Floats:
        most = (3 / (kernel.size / kernel.shape[-1])) ** 0.5
        return rng.uniform(-most, most, kernel.shape).astype(np.float32)

    return _changed(model, drawn, lambda old: np.full_like(old, bias))


def _changed(
    model: Any,
    kernel: Callable[[Floats], Floats],
    bias: Callable[[Floats], Floats] = lambda old: old,
) -> Any:
    copy = keras.models.clone_model(model)
    for old, new in zip(model.layers, copy.layers, strict=True):
        weights = [np.asarray(weight) for weight in old.weights]
        new.set_weights([kernel(each) if each.ndim > 1 else bias(each) for each in weights])
    return copy
