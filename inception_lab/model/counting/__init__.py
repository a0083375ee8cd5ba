"""How any Keras model is counted: a rule for each kind of layer, and a walk over the graph.

`lab.cost(model)` counts; `rule` adds a rule for a layer of your own. `docs/counting.md` says how each kind
is counted. Ways to publish a count of one network are in `lab.conventions`.
"""

from inception_lab.architecture.operations import Operations
from inception_lab.model.counting.rules import Call, Unknown, rule

__all__ = ["Call", "Operations", "Unknown", "rule"]
