"""The data sets that the command line knows by name."""

from inception_lab.model.data.cifar import cifar10
from inception_lab.model.data.dataset import Splits
from inception_lab.model.data.digits import scaled_digits
from inception_lab.model.data.folder import picture_folder


def load(name: str, *, seed: int = 0, side: int | None = None) -> Splits:
    """Load a data set by name, as the command line does.

    Args:
        name: `"scaled-digits"`, `"cifar10"`, or a folder with one sub-folder of pictures a class.
        seed: Places the digits, or picks the pictures held out.
        side: Side in pixels that a folder's pictures are stored at, instead of the usual one.

    Raises:
        ValueError: If there is none of that name, or it cannot be read; the message says why.
    """
    if name == "scaled-digits":
        return scaled_digits(seed=seed)
    if name == "cifar10":
        return cifar10(seed=seed)
    return picture_folder(name, seed=seed, **({"side": side} if side else {}))
