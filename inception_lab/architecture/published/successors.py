"""What the papers after GoogLeNet say of their networks, held against the descriptions.

Where a claim can be read in several ways, each reading is a row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.family.bn_inception import bn_inception
from inception_lab.architecture.family.inception_v3 import MODULES, inception_v3
from inception_lab.architecture.family.xception import xception
from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.layer import Sides, by
from inception_lab.architecture.layers import Conv2D, Dense
from inception_lab.architecture.network import Network
from inception_lab.architecture.published.audit import Audited, Verdict
from inception_lab.architecture.published.paper import Printed
from inception_lab.architecture.tables import times
from inception_lab.resources import csv_rows

Kernels = tuple[tuple[int, Sides], ...]  # filters and sides of convolutions that follow one another


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
    numbers = _numbers(v3)
    claims = (_judge(row, numbers[row["of"]], v3.macs) for row in csv_rows("successor_claims.csv"))
    audit = FamilyAudit((*_outline(v3), *claims))
    return FamilyAudit(tuple(audit[name] for name in names)) if names else audit


def _judge(row: dict[str, str], value: float, macs: int) -> Claim:
    """Hold a line of `successor_claims.csv` against its number; "the same" means the MACs of Inception v3."""
    printed, unit = row["printed"], row["unit"]
    computed = f"{value:,}" if isinstance(value, int) else f"{value:.2f}".replace("-", "−")
    if printed == "almost the same":
        verdict = _nearly(value / macs)
    elif printed.startswith("under "):
        limit = Printed(printed.removeprefix("under "))
        under = limit.scaled(value) < limit.number
        verdict = Verdict(under, "agrees" if under else limit.differs(value))
    else:
        verdict = _figure(Printed(printed), value, unit, row["reading"])
    return Claim(row["claim"], row["source"], printed + unit, computed + unit, verdict)


def _nearly(ratio: float) -> Verdict:
    share = f"{100 * ratio - 100:+.1f} %".replace("-", "−")
    near = abs(ratio - 1) < 0.1
    words = "agrees: exactly" if ratio == 1 else f"agrees if read as within a tenth ({share})"
    return Verdict(near, words if near else f"differs by {share}", near and ratio != 1)


def _figure(printed: Printed, value: float, unit: str, reading: str) -> Verdict:
    """Judge a printed number, which may have been rounded; that it was cut off is a reading, too."""
    agreement = printed.agreement(value)
    words = printed.differs(value)
    if unit == " %":
        words = f"differs by {value - float(printed.number):+.1f} points".replace("-", "−")
    if agreement == "truncated":
        reading = f"cut off ({words.removeprefix('differs by ')})"
    if agreement:
        words = f"agrees if read as {reading}" if reading else f"agrees: {agreement}"
    return Verdict(agreement is not None, words, bool(agreement and reading))


def _outline(v3: Cost) -> Iterator[Claim]:
    """Hold Table 1 of the v3 paper, row by row, against the layers of the release that are in its place."""
    network = inception_v3()
    for number, row in enumerate(csv_rows("inception_v3_table1.csv"), start=1):
        found = {"type": _words(network, row["layer"]), "input": times(v3[row["layer"]].input_shape)}
        meant = {"type": "what it is", "input": "its input"}
        wrong = [what for column, what in meant.items() if found[column] != row[column]]
        verdict = Verdict(not wrong, f"differs: {' and '.join(wrong)}" if wrong else "agrees")
        printed, computed = (f"{each['type']}, {each['input']}" for each in (row, found))
        yield Claim(f"outline, row {number}", "arXiv:1512.00567, Table 1", printed, computed, verdict)


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


def _numbers(v3: Cost) -> dict[str, float]:
    """Count what the claims are held against."""
    v1, v2 = cost(googlenet()), cost(bn_inception())
    small = (cost(inception_v3((n, n, 3), strides=1, first_pool=n == 151)).macs for n in (151, 79))
    # Section 5, of halving a grid: 2·d²·k² and 2·(d/2)²·k², with d/2 and k as units; and Figure 9's grids.
    large, halved = (2 * side**2 for side in (2, 1))
    last, first = (Conv2D(640, 3).operations((side, side, 320)).macs for side in (35, 17))
    five, two = ((32, 5),), ((32, 3), (32, 3))  # filters and kernels: 3a's 32 of 5×5, which see 16 channels
    return {
        "MACs of Inception v3": v3.macs,
        "MACs of BN-Inception": v2.macs,
        "MACs of GoogLeNet": v1.macs,
        "3.8 / 1.5": 3.8 / 1.5,
        "Inception v3 / GoogLeNet": v3.macs / v1.macs,
        "Inception v3 / BN-Inception": v3.macs / v2.macs,
        "layers of Inception v3": _depth(inception_v3()),
        **dict(zip(("MACs at 151 pixels", "MACs at 79 pixels"), small, strict=True)),
        "saved by pooling first": 100 * (1 - halved / large),
        "pooling last / pooling first": last / first,
        "pooling last / pooling first − 1": last / first - 1,
        "saved by two 3×3, 32 from 32": _saved(32, five, two),
        "saved by two 3×3, 32 and 32 from 16": _saved(16, five, two),
        "saved by two 3×3, 16 and 32 from 16": _saved(16, five, ((16, 3), (32, 3))),
        "saved by 1×3 and 3×1": _saved(32, ((32, 3),), ((32, (1, 3)), (32, (3, 1)))),
        "parameters of Inception v3": v3.parameters,
        "parameters of Xception": cost(xception()).parameters,
        "parameters in Keras in 2016": _keras_of_2016(),
    }


def _depth(network: Network) -> int:
    """Count the convolutions and dense layers along the longest path."""
    depths = network.fold(
        0,
        layer=lambda _, layer, depth: depth + isinstance(layer, Conv2D | Dense),
        merge=lambda _, __, branches: max(branches),
    )
    return depths["main"]


def _saved(channels: int, before: Kernels, after: Kernels) -> float:
    """Return the per cent of weights that convolutions save in the place of others."""
    return round(100 * (1 - _weights(channels, after) / _weights(channels, before)), 2)


def _weights(channels: int, convolutions: Kernels) -> int:
    """Count the weights of convolutions that follow one another, each given as filters and kernel."""
    total = 0
    for filters, side in convolutions:
        total += Conv2D(filters, side).weights((1, 1, channels))
        channels = filters
    return total


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
