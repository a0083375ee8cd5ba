"""What may be done to pictures in training, as data; `augment.py` does it."""

from collections.abc import Mapping
from dataclasses import dataclass

from inception_lab.checks import finite_number, short, true_or_false


@dataclass(frozen=True)
class Augmentation:
    """What is done to each training picture, drawn anew each time."""

    flip: bool = False  # whether half of the pictures are mirrored
    shift: int = 0  # pixels that a picture moves at most, each way
    # smallest and largest share of the picture's area that a window shows
    area: tuple[float, float] = (1.0, 1.0)
    aspect: tuple[float, float] = (1.0, 1.0)  # smallest and largest ratio of its width to its height
    photometric: float = 0.0  # largest relative change of brightness, contrast and of each colour
    hidden: float = 0.0  # side of a square that is painted over, as a share of the picture's; 0 for none

    def __post_init__(self) -> None:
        """Refuse windows that do not exist."""
        true_or_false("flip", self.flip)
        for name in ("shift", "photometric", "hidden"):
            finite_number(name, getattr(self, name))
        for name in ("area", "aspect"):
            pair = getattr(self, name)
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ValueError(f"`{name}` must be (low, high). Received: {name}={short(pair)}.")
            for end in pair:
                finite_number(name, end)
        low, high = self.area
        if not 0 < low <= high <= 1:
            raise ValueError(f"`area` must be (low, high), 0 < low ≤ high ≤ 1. Received: area={self.area}.")
        low, high = self.aspect
        if not 0 < low <= high:
            raise ValueError(f"`aspect` must be (low, high), 0 < low ≤ high. Received: aspect={self.aspect}.")
        if not self.shift >= 0 or not 0 <= self.photometric < 1 or not 0 <= self.hidden < 1:
            raise ValueError(
                "`shift` must be 0 or more, `photometric` and `hidden` 0 or more and below 1. Received: "
                f"shift={self.shift}, photometric={self.photometric}, hidden={self.hidden}."
            )


AUGMENTATIONS: Mapping[str, Augmentation] = {
    "none": Augmentation(),
    "flip": Augmentation(flip=True),
    "flip_shift": Augmentation(flip=True, shift=4),
    # For long training on small photographs; the hidden square is DeVries & Taylor's 2017 "cutout".
    "flip_shift_hide": Augmentation(flip=True, shift=4, hidden=0.25),
    "varied": Augmentation(flip=True, shift=4, area=(0.64, 1.0), aspect=(9 / 10, 10 / 9), hidden=0.25),
    # Szegedy et al. 2014, section 6: "one of the things that was verified to work very well"
    "crops": Augmentation(flip=True, area=(0.08, 1.0), aspect=(3 / 4, 4 / 3), photometric=0.2),
}
