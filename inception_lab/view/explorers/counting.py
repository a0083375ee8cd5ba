"""`explore.counting()`: one network, and the many numbers that are published for it."""

from dataclasses import dataclass, replace
from textwrap import fill
from typing import Any, ClassVar

from matplotlib.figure import Figure

from inception_lab.architecture.cost import Cost
from inception_lab.architecture.googlenet import VARIANTS, googlenet
from inception_lab.architecture.network import Network
from inception_lab.architecture.published.conventions import (
    CONVENTIONS,
    Convention,
    Count,
    Each,
    Reproduction,
    count,
    reproductions,
)
from inception_lab.view import figures
from inception_lab.view.engine.bars import Bars
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, State, Toggle

NOTHING = Each()
COUNTED = {  # what each switch counts, and how: the commonest way where there are several
    "relu": ("relu", Each(output=1)),
    "max_pool": ("MaxPool2D", Each(input=1)),
    "average_pool": ("AveragePool2D", Each(input=1)),
    "batch_norm": ("BatchNorm", Each(input=2)),
    "lrn": ("LocalResponseNorm", Each(output=5)),
}
FIELDS = ("biases", "batch_norm_parameters", "macs", "dense", "heads", "classifier")  # as in a convention
# Of these kinds GoogLeNet has layers; only its heads have another average pooling.
KINDS = {name: kind.replace("Average", "GlobalAverage") for name, (kind, _) in COUNTED.items()}
PARAMETERS = ("weights", "biases", "batch norm", "local response norm")
OPERATIONS = (
    "convolutions", "dense layers", "biases", "batch norm", "ReLU", "max pooling", "average pooling",
    "local response norm", "softmax",
)  # fmt: skip


OF_GOOGLENET = ("variant", "auxiliary", "heads", "lrn_parameters", "lrn")  # controls that no other needs
OF_ANY = (  # presets that mean the same for every network
    "Table 1, weights only", "torchvision", "Keras count_params", "fvcore", "ptflops",
    "PyTorch FlopCounterMode", "TensorFlow's profiler, convolutions",
)  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """What a convention finds in a network."""

    convention: Convention  # of the state
    found: Count  # its count
    # published figures for GoogLeNet that equal the count, or round to it
    publishers: dict[str, list[Reproduction]]


def published_as(number: int | None, quantity: str, network: str) -> list[Reproduction]:
    """Return the published figures for a network that are this number, or are rounded from it."""
    return [
        published
        for published in reproductions()
        if published.quantity == quantity
        and published.network.removesuffix(" with heads") == network
        and published.agrees
        and published.computed == number
    ]


def convention_of(state: State) -> Convention:
    """Return the convention that the switches describe."""
    return Convention(
        who="you",
        lrn_parameters=2 * state.get("lrn_parameters", False),
        bias=int(state["bias"]),
        each=dict(counted for name, counted in COUNTED.items() if state.get(name)),
        **{name: state[name] for name in FIELDS if name in state},
    )


def state_of(name: str, variant: str, heads: bool = False) -> State | None:
    """Return the switches of a named convention, or `None` where the switches cannot say it."""
    convention = CONVENTIONS[name]
    state: State = {
        "variant": variant,
        "auxiliary": heads,
        **{name: getattr(convention, name) for name in FIELDS},
        "lrn_parameters": convention.lrn_parameters > 0,
        "macs": convention.macs or 1,
        "bias": bool(convention.bias),
        **{name: convention.of(kind) != NOTHING for name, kind in KINDS.items()},
    }
    said = convention_of(state)
    alike = all(said.of(kind) == convention.of(kind) for kind in ("softmax", *KINDS.values()))
    beside = {name: getattr(convention, name) for name in ("who", "macs", "each", "transposed")}
    return state if alike and replace(said, **beside) == convention else None


def known_presets() -> dict[str, State]:
    """Return the published ways to count GoogLeNet that the switches can say, by who counts so."""
    wanted: dict[str, tuple[Any, ...]] = {
        "the paper (and BVLC's model)": ("paper", "paper"),
        "Table 1, weights only": ("weights_only", "paper"),
        "the training graph, both heads": ("paper", "paper", True),
        "torchvision": ("torchvision", "torchvision"),
        "Keras count_params": ("keras_count_params", "torchvision"),
        "TF-slim, without the classifier": ("tf_slim", "tf_slim"),
        "fvcore": ("fvcore", "torchvision"),
        "ptflops": ("ptflops", "torchvision", True),
        "PyTorch FlopCounterMode": ("torch_flop_counter", "torchvision"),
        "TensorFlow's profiler, convolutions": ("tf_profiler_conv", "paper"),
    }
    states = {name: state_of(*arguments) for name, arguments in wanted.items()}
    return {name: state for name, state in states.items() if state is not None}


class Counting(Explorer):
    """Who counts what, and why nobody agrees.

    Args:
        given: What is counted instead of GoogLeNet: a network, a Keras model, or the cost of one.
    """

    title = "What counts?"
    hint = (
        "Switch on what you would count. If somebody publishes the number that you get, their name appears."
    )
    leading: ClassVar = ("variant", "macs", "relu")
    presets: ClassVar = known_presets()

    def __init__(self, given: Any = None, preset: str | None = None, /, **state: Any) -> None:
        self._given: Cost | Network | None = None
        self._kinds = {"parameters": PARAMETERS, "operations": OPERATIONS}
        if isinstance(given, str):
            given, preset = None, given
        if given is not None:
            from inception_lab.model.counting import cost

            self._given = given if isinstance(given, Cost | Network) else cost(given)
            self.leading = ("macs", "relu", "batch_norm")  # type: ignore[misc]
            self.presets = {  # type: ignore[misc]
                name: {switch: value for switch, value in state.items() if switch not in OF_GOOGLENET}
                for name, state in known_presets().items()
                if name in OF_ANY
            }
            self._kinds = {
                "parameters": (*PARAMETERS[:-1], "layer and group norm"),
                "operations": (*OPERATIONS[:-2], "other products"),
            }
        super().__init__(preset, **state)

    def link(self) -> str:
        """Return the call that restores the state; what is counted is called `model` there."""
        called = "counting(" if self._given is None else "counting(model, "
        return super().link().replace("counting(", called, 1).replace(", )", ")")

    def declare(self) -> dict[str, Control]:
        controls: dict[str, Control] = {
            "variant": Choice("Network", "paper", tuple((name, name) for name in VARIANTS)),
            "auxiliary": Toggle("The network has both heads", False),
            "heads": Choice(
                "Heads count",
                "all",
                (("fully", "all"), ("parameters only", "parameters"), ("not at all", "none")),
            ),
            "biases": Toggle("Biases are parameters", True),
            "batch_norm_parameters": Choice(
                "Batch norm",
                "trainable",
                (
                    ("no parameters", "none"),
                    ("scale and shift", "trainable"),
                    ("mean and variance", "moving"),
                    ("all of them", "all"),
                ),
            ),
            "lrn_parameters": Toggle("LRN's α and β are parameters", False),
            "macs": Choice("A MAC counts", 1, (("as one (MACs)", 1), ("as two (FLOPs)", 2))),
            "dense": Toggle("Operations of dense layers", True),
            "bias": Toggle("Operations of biases", False),
            "relu": Toggle("Operations of ReLU", False),
            "max_pool": Toggle("Operations of max pooling", False),
            "average_pool": Toggle("Operations of average pooling", False),
            "batch_norm": Toggle("Operations of batch norm", False),
            "lrn": Toggle("Operations of LRN", False),
            "classifier": Toggle("The classifier counts", True),
        }
        left_out = () if self._given is None else OF_GOOGLENET
        return {name: control for name, control in controls.items() if name not in left_out}

    def compute(self, state: State) -> Counted:
        convention = convention_of(state)
        if self._given is not None:
            return Counted(convention, count(self._given, convention), {})
        network = googlenet(variant=state["variant"], auxiliary=state["auxiliary"])
        found = count(network, convention)
        numbers = {"parameters": found.parameters, "operations": found.operations}
        publishers = {what: published_as(n, what, network.name) for what, n in numbers.items()}
        return Counted(convention, found, publishers)

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.9, 5.3)
        self._columns = {}
        for key, left, width, bottom, height in (
            ("parameters", 0.165, 0.29, 3.45, 0.95),
            ("operations", 0.64, 0.345, 0.3, 1.75),
        ):
            kinds = self._kinds[key]
            ax = self.add_axes(figure, (left, 0.1, width, 0.62), (1.45, bottom, 0.1, height))
            ax.set(xlim=(0, 1), ylim=(len(kinds) - 0.5, -0.5))
            ax.set_xticks([0, 1], ["0", ""], fontsize=8)
            ax.set_yticks(range(len(kinds)), list(kinds), fontsize=9)
            self._columns[key] = ax
        return figure

    def prepare(self, canvas: Canvas) -> None:
        styles = {"now": (figures.REDUCED, 0.0)}
        self._bars = {
            key: Bars(canvas, ax, len(self._kinds[key]), styles) for key, ax in self._columns.items()
        }
        self._totals, self._names = {}, {}
        for key, x, below in (("parameters", 0.02, 0.0), ("operations", 0.5, 0.445)):
            at, y = self.either((x, 0.0), (0.02, below))
            self._totals[key] = self.figure.text(at, 0.945 - y, "", fontsize=13, weight="bold", va="center")
            self._names[key] = self.figure.text(at, 0.895 - y, "", fontsize=9, va="top")
        canvas.add(*self._totals.values(), *self._names.values())

    def draw(self, canvas: Canvas, result: Counted) -> None:
        found, was = result.found, self.ghost
        for key, by, total in (
            ("parameters", found.parameters_by, found.parameters),
            ("operations", found.operations_by, found.operations or 0),
        ):
            before = was and getattr(was.found, f"{key}_by")
            self._bars[key].show(
                {"now": [by.get(kind) for kind in self._kinds[key]]},
                ghost=was and {"now": [before.get(kind) for kind in self._kinds[key]]},
            )
            unit = "parameters" if key == "parameters" else result.convention.unit
            self._totals[key].set_text(f"{total:,} {unit}")
            self._names[key].set_text(fill(_named(result.publishers.get(key)), self.either(62, 46)))

    def describe(self, result: Counted) -> str:
        found = result.found
        said = [
            f"{found.parameters:,} parameters: {_named(result.publishers.get('parameters'))}.",
            f"{found.operations or 0:,} {result.convention.unit}: "
            f"{_named(result.publishers.get('operations'))}.",
            f"Left out: {', '.join(found.left_out) or 'nothing'}.",
        ]
        return " ".join(said)


def _named(published: list[Reproduction] | None) -> str:
    """Name those who publish a figure of GoogLeNet."""
    if published is None:
        return "by these switches"
    how = {"exactly": "", "rounded": " (as {})", "truncated": " (as {}, truncated)"}
    names = [one.who + how[one.verdict].format(one.printed) for one in published]
    return "published by " + (", ".join(dict.fromkeys(names)) or "nobody that we know of")
