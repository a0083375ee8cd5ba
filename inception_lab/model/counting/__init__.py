"""How any Keras model is counted: a rule for each kind of layer, and a walk over the graph.

`cost` counts, our own networks without Keras; `rule` adds a rule for a layer of your own. `docs/counting.md`
says how each kind is counted. Ways to publish a count of one network are in `lab.conventions`.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from inception_lab.architecture.cost import Cost
from inception_lab.architecture.cost import cost as cost_of_network
from inception_lab.architecture.layer import Shape
from inception_lab.architecture.network import Network, Part
from inception_lab.architecture.operations import Operations
from inception_lab.model.counting.rules import Call, Unknown, rule

__all__ = ["Call", "Operations", "Unknown", "cost", "rule"]

Shapes = Shape | Sequence[Shape] | Mapping[str, Shape]


def cost(model: Network | Part | Any, input_shape: Shapes | None = None) -> Cost:
    """Count what a network or a Keras model costs for one image: parameters, operations, memory, reach.

    A Keras model gets a row for each layer as it is used: a layer used twice computes twice, and its
    parameters stand in the first row. Nothing is trained, run or changed. What has no rule stands with `?`
    in the table and in `omitted`; `lab.counting.rule` adds one.

    Args:
        model: A network, a part of one (a module, a layer), a Keras model or a Keras layer.
        input_shape: Without batch, such as `(height, width, channels)`. Needed for parts and layers, for
            Keras models that have not been built, and for sides that a model leaves free. For several
            inputs a dict by name, or a list.

    Returns:
        Totals and one entry a layer.

    Raises:
        TypeError: If it is neither a network nor a Keras model.
        ValueError: If the input's shape is missing or does not fit, or if a model of one's own cannot be
            called with symbolic inputs.

    Example:
        >>> import inception_lab as lab
        >>> found = lab.cost(lab.googlenet())
        >>> found.parameters, found.macs
        (6998552, 1582671872)
        >>> lab.cost(lab.keras.applications.MobileNetV2(weights=None)).macs
        300774272
    """
    if isinstance(model, Part | Network):
        return cost_of_network(model, input_shape)  # type: ignore[arg-type]
    keras = sys.modules.get("keras")  # who has a Keras model has loaded Keras
    if keras is not None and isinstance(model, getattr(keras, "Layer", ())):
        from inception_lab.model.counting.models import count_model

        return count_model(model, input_shape)
    raise TypeError(f"A network, a part of one or a Keras model is needed. Received: {model!r}.")
