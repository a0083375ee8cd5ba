"""What came in after 2014, one at a time on the same body: what does each bring on few pictures?

The hypotheses, written down before the runs, on digits of all sizes taken together:

1. Without batch norm the body is worse, at a rate of its own.
2. A residual connection is within a point: it was made for networks much deeper than this one.
3. Label smoothing of 0.1 brings more right answers: it regularises, and pictures are few.
4. So does v3's auxiliary head with batch norm, which "acts as regularizer" (section 4): the test accuracy
   rises, and the training accuracy does not.
5. The head with batch norm brings more than the head without it, as the same section says.

Differences are paired by seed, with their 95 % intervals (`difference_interval`). "Within a point" means that
the whole interval is. Rates are chosen for each arm on validation pictures with a seed that is not measured;
where an end of the grid is chosen, the grid was too narrow. (It first began at 0.1, which the body chose, and
was moved down before anything was measured; at 0.8 and 1.6 the body stays at guessing.)

2,000 pictures, 12 times: on 8,000 five times the networks of the other experiments hardly overfit, and a
regulariser would have little to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inception_lab.architecture.family.branches import Row
from inception_lab.architecture.family.inception_resnet_v2 import BLOCK_35, residual
from inception_lab.architecture.family.inception_v3 import head
from inception_lab.architecture.modules import Convolutions
from inception_lab.architecture.network import Network, Part, Sequence, Tap
from inception_lab.checks import entry
from inception_lab.experiments.lessons import MODERN
from inception_lab.experiments.own_rates import CHOOSE, SEEDS, STEM, around, tuned, tuned_runs
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.training.recipes import Recipe

IMAGES, EPOCHS = 2_000, 12
RATES = (0.025, 0.05, 0.1, 0.2, 0.4)
LOWER = (0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2)  # what starts without batch norm can bear


@dataclass(frozen=True)
class Arm:
    """The body, and what is changed in it."""

    batch_norm: bool = True  # after each convolution but the last of a block
    shortcut: bool = False  # whether a block's input is added to its output
    label_smoothing: float = 0.0
    head: Convolutions | None = None  # of the auxiliary head, at an eighth of v3's filters
    rates: tuple[float, ...] = RATES

    @property
    def recipe(self) -> Recipe:
        """Return what the arm is trained by, but for the rate."""
        return replace(MODERN, label_smoothing=self.label_smoothing)


BODY = "body"
ARMS: Mapping[str, Arm] = {
    BODY: Arm(),
    "no batch norm": Arm(batch_norm=False, rates=LOWER),
    "residual": Arm(shortcut=True),
    "label smoothing": Arm(label_smoothing=0.1),
    "head": Arm(head=Convolutions(batch_norm=False, width=1 / 8)),
    "head with batch norm": Arm(head=Convolutions(batch_norm=True, width=1 / 8)),
}
# Inception-ResNet-v2's first block at a quarter of its width; on the smaller picture twice as wide.
ROW = Row(BLOCK_35, conv1x1=(8,), conv3x3=(8, 8), double3x3=(8, 12, 16))
BLOCKS = 2  # on each of the two pictures


def addition_network(kind: str) -> Network:
    """Return the body with one thing changed."""
    arm = entry("kind", kind, ARMS)

    def blocks(wide: int) -> list[Part]:
        convolution = Convolutions(arm.batch_norm, width=wide)
        channels = wide * 2 * STEM
        return [
            residual(f"{n}", ROW, convolution, channels, shortcut=arm.shortcut) for n in range(1, BLOCKS + 1)
        ]

    # 16×16 pixels are 4×4 after the head's pooling, where v3's 17×17 are 5×5.
    tap = [Tap(head(arm.head, 10, side=4), "aux1")] if arm.head else []
    widen = Convolutions(arm.batch_norm)("widen", 4 * STEM, 1)
    first, second = Sequence(*blocks(1), *tap, name="a"), Sequence(widen, *blocks(2), name="b")
    return around(first, second, name=kind.replace(" ", "-"), batch_norm=arm.batch_norm)


def _measure(settings: Settings, so_far: Rows) -> Rows:
    kind = str(settings["network"])
    network, recipe = addition_network(kind), ARMS[kind].recipe
    try:
        return tuned(network, settings, so_far, recipe, images=IMAGES, epochs=EPOCHS)
    except FloatingPointError:  # the rate was too high: nothing was right
        if settings["phase"] != CHOOSE or not so_far:
            raise
        return [{**dict.fromkeys(so_far[0].keys() - settings.keys(), ""), "validation_accuracy": 0.0}]


def _definition(settings: Settings) -> object:
    arm = ARMS[settings["network"]]
    rates = () if settings["phase"] == CHOOSE else arm.rates
    return [addition_network(settings["network"]), arm.recipe, IMAGES, EPOCHS, rates]


ADDITIONS = Experiment(
    "additions",
    "batch norm, a residual connection, label smoothing, v3's auxiliary head: what does each bring?",
    (
        *(run for kind, arm in ARMS.items() for run in tuned_runs([kind], arm.rates, range(0))),
        *tuned_runs(ARMS, (), SEEDS),
    ),
    _measure,
    _definition,
    compared=(
        *((kind, BODY) for kind in ("no batch norm", "residual", "label smoothing", "head with batch norm")),
        ("head with batch norm", "head"),
    ),
)
