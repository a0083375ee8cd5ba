"""What the papers after GoogLeNet say of their networks, held against the descriptions.

Where a claim can be read in several ways, each reading is a row.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.family.bn_inception import bn_inception
from inception_lab.architecture.family.inception_v3 import MODULES, inception_v3
from inception_lab.architecture.family.xception import xception
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layer import Sides, by
from inception_lab.architecture.layers import Conv2D, Dense
from inception_lab.architecture.network import Network
from inception_lab.architecture.published.audit import Audited, Verdict
from inception_lab.architecture.published.paper import Printed
from inception_lab.architecture.tables import times

V3, XCEPTION = "arXiv:1512.00567", "arXiv:1610.02357"


@dataclass(frozen=True)
class Claim:
    """A printed claim, read in one way."""

    name: str  # what it is about, and the reading
    source: str  # where it stands
    printed: str  # what it says
    computed: str  # what the description says
    verdict: Verdict  # whether both agree, or only as read, or by how much they differ


class FamilyAudit(Audited[Claim]):
    """Claims of the papers after GoogLeNet."""

    headings: ClassVar[Mapping[str, str]] = {
        "name": "claim",
        **{column: column for column in ("source", "printed", "computed", "verdict")},
    }
    caption = "What the papers after GoogLeNet print, and what their networks count"


def audit_family(*names: str) -> FamilyAudit:
    """Hold claims of the papers after GoogLeNet against the networks as released.

    Args:
        names: Of the claims that are wanted, in this order; all if none is named.

    Returns:
        A row for each claim, and for each reading of one: it agrees, or agrees as it is read (≈), or
        differs by so much.

    Raises:
        ValueError: If there is no such claim; the message lists what there is.

    Example:
        >>> audit_family()["Inception v3, multiply-adds, Table 3"].verdict.text
        'differs by +19.0 %'

    Reference:
        Szegedy et al. 2015, arXiv:1512.00567; Chollet 2016, arXiv:1610.02357.
    """
    v3 = cost(inception_v3())
    audit = FamilyAudit((*_outline(v3), *_costs(v3), *_shrinking(), *_savings(), *_parameters(v3)))
    return FamilyAudit(tuple(audit[name] for name in names)) if names else audit


def _figure(
    name: str, source: str, printed: str, value: float, unit: str = "", *, reading: str = ""
) -> Claim:
    """Judge a printed number, which may have been rounded; that it was cut off is a reading, too."""
    figure = Printed(printed)
    agreement = figure.agreement(value)
    if unit == " %":
        words = f"differs by {value - float(figure.number):+.1f} points".replace("-", "−")
    else:
        words = figure.differs(value)
    if agreement == "truncated":
        reading = f"cut off ({words.removeprefix('differs by ')})"
    if agreement:
        words = f"agrees if read as {reading}" if reading else f"agrees: {agreement}"
    computed = f"{value:,}" if isinstance(value, int) else f"{value:.2f}".replace("-", "−")
    verdict = Verdict(agreement is not None, words, bool(agreement and reading))
    return Claim(name, source, printed + unit, computed + unit, verdict)


# Table 1 of the v3 paper: what a row says, and the layer of the release that is in its place.
OUTLINE = (
    ("conv 3×3/2", (299, 299, 3), "stem/Conv2d_1a_3x3"),
    ("conv 3×3", (149, 149, 32), "stem/Conv2d_2a_3x3"),
    ("conv padded 3×3", (147, 147, 32), "stem/Conv2d_2b_3x3"),
    ("pool 3×3/2", (147, 147, 64), "stem/MaxPool_3a_3x3"),
    ("conv 3×3", (73, 73, 64), "stem/Conv2d_3b_1x1"),
    ("conv 3×3/2", (71, 71, 80), "stem/Conv2d_4a_3x3"),
    ("conv 3×3", (35, 35, 192), "stem/MaxPool_5a_3x3"),
    ("3 × Inception", (35, 35, 288), "Mixed_5b"),
    ("5 × Inception", (17, 17, 768), "Mixed_6b"),
    ("2 × Inception", (8, 8, 1280), "Mixed_7b"),
    ("pool 8×8", (8, 8, 2048), "Logits/AvgPool"),
    ("linear", (2048,), "Logits/Conv2d_1c_1x1"),
    ("softmax", (1000,), "Logits/Predictions"),
)


def _outline(v3: Cost) -> Iterator[Claim]:
    network = inception_v3()
    for number, (words, shape, path) in enumerate(OUTLINE, start=1):
        found, taken = _words(network, path), v3[path].input_shape
        wrong = ["what it is"] * (found != words) + ["its input"] * (taken != shape)
        verdict = Verdict(not wrong, f"differs: {' and '.join(wrong)}" if wrong else "agrees")
        printed, computed = (f"{what}, {times(size)}" for what, size in ((words, shape), (found, taken)))
        yield Claim(f"outline, row {number}", f"{V3}, Table 1", printed, computed, verdict)


def _words(network: Network, path: str) -> str:
    """Say in the table's words what a layer, or the run of modules that begins with one, is."""
    name = path.split("/")[-1]
    if name in MODULES:  # grid reductions have no row
        alike = [each for each in MODULES if each[:7] == name[:7] and MODULES[each].figure.strides == 1]
        return f"{len(alike)} × Inception"
    if name in ("AvgPool", "Conv2d_1c_1x1", "Predictions"):
        side = cost(network)[path].input_shape[0]
        return {"AvgPool": f"pool {side}×{side}", "Conv2d_1c_1x1": "linear", "Predictions": "softmax"}[name]
    layer: Any = network.part(name)
    convolution = isinstance(layer, Conv2D)
    side = layer.kernel_size if convolution else layer.pool_size
    kind = "conv" if convolution else "pool"
    padded = " padded" if convolution and side != 1 and layer.padding == "same" else ""
    return f"{kind}{padded} {by(side)}{f'/{layer.strides}' if layer.strides > 1 else ''}"


def _costs(v3: Cost) -> Iterator[Claim]:
    v1, v2 = cost(googlenet()), cost(bn_inception())
    table, section = f"{V3}, Table 3", f"{V3}, section 6, of Inception-v2"
    yield _figure("Inception v3, multiply-adds, abstract", f"{V3}, abstract", "5 G", v3.macs)
    yield _figure("Inception v3, multiply-adds, Table 3", table, "4.8 G", v3.macs)
    yield _figure("BN-Inception, multiply-adds, Table 3", table, "2.0 G", v2.macs)
    yield _figure("GoogLeNet, multiply-adds, Table 3", table, "1.5 G", v1.macs)
    yield _figure(
        "times GoogLeNet, of Inception-v2", section, "2.5", 3.8 / 1.5, " ×", reading="3.8 / 1.5 of Table 3"
    )
    yield _figure("times GoogLeNet, read as of Inception v3", section, "2.5", v3.macs / v1.macs, " ×")
    yield _figure("times BN-Inception, Inception v3", f"{V3}, section 11", "2.5", v3.macs / v2.macs, " ×")
    yield _figure("layers, read as of Inception v3", section, "42", _depth(inception_v3()))
    for side, pool in ((151, True), (79, False)):
        found = cost(inception_v3((side, side, 3), strides=1, first_pool=pool)).macs
        share = f"{100 * found / v3.macs - 100:+.1f} %".replace("-", "−")
        same, near = found == v3.macs, abs(found / v3.macs - 1) < 0.1
        words = "agrees: exactly" if same else f"agrees if read as within a tenth ({share})"
        verdict = Verdict(near, words if near else f"differs by {share}", near and not same)
        name, source = f"the same cost at {side} pixels", f"{V3}, section 9"
        yield Claim(name, source, "almost the same", f"{found:,}", verdict)


def _shrinking() -> Iterator[Claim]:
    """Judge what section 5 says of halving a grid, by its own formulas and by the grids of its Figure 9."""
    large, small = (2 * side**2 for side in (2, 1))  # 2·d²·k² and 2·(d/2)²·k², with d/2 and k as units
    section, figure = f"{V3}, section 5", f"{V3}, Figure 9"
    saved = 100 * (1 - small / large)
    yield _figure("pooling first saves, by its formulas", section, "25", saved, " %")
    last, first = (Conv2D(640, 3).operations((side, side, 320)).macs for side in (35, 17))
    ratio = last / first
    yield _figure("pooling last, times as expensive", figure, "3", ratio, " ×")
    yield _figure("pooling last, times more", figure, "3", ratio - 1, " ×", reading="what is added")


def _depth(network: Network) -> int:
    """Count the convolutions and dense layers along the longest path."""
    depths = network.fold(
        0,
        layer=lambda _, layer, depth: depth + isinstance(layer, Conv2D | Dense),
        merge=lambda _, __, branches: max(branches),
    )
    return depths["main"]


def _savings() -> Iterator[Claim]:
    reduced, wide = TABLE_1["3a"].reduce5x5 or 0, TABLE_1["3a"].conv5x5
    five, two = "two 3×3 for a 5×5", ((wide, 3), (wide, 3))
    for name, printed, channels, before, after in (
        (f"{five}, as many filters as channels", "28", wide, ((wide, 5),), two),
        (f"{five}, not equal: 3a's with {wide} in the middle", "28", reduced, ((wide, 5),), two),
        (
            f"{five}, not equal: 3a's with {reduced} in the middle",
            "28",
            reduced,
            ((wide, 5),),
            ((reduced, 3), (wide, 3)),
        ),
        ("1×3 and 3×1 for a 3×3", "33", wide, ((wide, 3),), ((wide, (1, 3)), (wide, (3, 1)))),
    ):
        saved = 1 - _weights(channels, after) / _weights(channels, before)
        yield _figure(name, f"{V3}, section 3", printed, round(100 * saved, 2), " %")


def _weights(channels: int, convolutions: Iterable[tuple[int, Sides]]) -> int:
    """Count the weights of convolutions that follow one another, each given as filters and kernel."""
    total = 0
    for filters, side in convolutions:
        total += Conv2D(filters, side).weights((1, 1, channels))
        channels = filters
    return total


def _parameters(v3: Cost) -> Iterator[Claim]:
    under = Verdict(v3.parameters < 25_000_000, "agrees")
    yield Claim("Inception v3, parameters", f"{V3}, abstract", "under 25 M", f"{v3.parameters:,}", under)
    table = f"{XCEPTION}, Table 3"
    yield _figure("Xception, parameters", table, "22,855,952", cost(xception()).parameters)
    yield _figure("Inception v3, parameters, as released", table, "23,626,728", v3.parameters)
    yield _figure(
        "Inception v3, parameters, Keras's of 2016", table, "23,626,728", _keras_of_2016(),
        reading="the first v3 in Keras",
    )  # fmt: skip


def _keras_of_2016() -> int:
    """Count the first Inception v3 in Keras, against which Xception was held.

    It differs from the release: a `pool_proj` of 32 in all modules on the first grid, 160 filters where
    Mixed_6e begins its long branch with 192, and a bias and a factor beside each shift.

    Reference:
        fchollet/deep-learning-models, inception_v3.py, release v0.2.
    """
    narrow = {name: replace(MODULES[name], pool_proj=32) for name in ("Mixed_5c", "Mixed_5d")}
    _, *rest = MODULES["Mixed_6e"].double7x7
    last = replace(MODULES["Mixed_6e"], double7x7=(160, *rest))
    found = cost(inception_v3(batch_norm_scale=True, rows={**MODULES, **narrow, "Mixed_6e": last}))
    biases = found.moving_statistics // 2  # one a channel, as there are a mean and a variance
    return found.parameters + biases
