"""The walk over a model's graph: a row for each layer as it is used."""

import inspect
import math
from collections.abc import Sequence
from typing import Any

from inception_lab.architecture.cost import LayerCost
from inception_lab.architecture.layer import Shape
from inception_lab.architecture.operations import Operations
from inception_lab.architecture.reach import UNDEFINED, Reach
from inception_lab.model.backend import keras
from inception_lab.model.counting import places, pointwise, products, recurrent  # noqa: F401  they fill the table
from inception_lab.model.counting.graph import ordered, symbolic_arithmetic, unrecorded
from inception_lab.model.counting.operations import rule_for
from inception_lab.model.counting.reach import reach_after
from inception_lab.model.counting.rules import Call, Rule, Unknown

Tensor = Any  # keras.KerasTensor
tree = keras.tree
_x = keras.Input((1,), name="x")
# The class of functional models, which has no public name.
FUNCTIONAL = type(keras.Model(_x, keras.layers.Identity(name="y")(_x), name="z"))


class Untraceable(Exception):  # noqa: N818  the caller decides whether it is an error
    """Raised for a layer whose `call` takes no symbolic inputs; its text says why."""


class Walk:
    """Counts models and layers; the rows add up in `rows`, what is left out in `omitted`."""

    def __init__(self) -> None:
        self.rows: list[LayerCost] = []
        self.unknown: dict[str, str] = {}  # path of a layer → why its operations are not known
        self.seen: set[int] = set()  # weights that stand in a row
        self._names: dict[str, int] = {}
        # the tensor is kept, so that its id stays its own
        self._reaches: dict[int, tuple[Tensor, Reach]] = {}

    def start(self, shape: Shape, dtype: str = "float32") -> Tensor:
        """Return an input, one image of a shape without batch."""
        return self._known(keras.KerasTensor((1, *shape), dtype), Reach() if len(shape) == 3 else UNDEFINED)

    def use(
        self, operation: Any, args: Any, kwargs: Any, prefix: str, known: Sequence[Tensor] | None = None
    ) -> list[Tensor]:
        """Count one use of a layer or a node, and return its outputs."""
        path = self._unique(prefix + _name(operation))
        if isinstance(operation, keras.layers.Layer):
            inner = self.model(operation, args, kwargs, path + "/")
            if inner is not None:
                return inner
        rule = rule_for(operation)
        why: str | None = None if rule else "has no rule"
        if rule is None and _composite(operation):
            try:
                return self.traced(operation, args, kwargs, path)
            except Untraceable as error:
                why = str(error) if _inside(operation) or isinstance(operation, keras.Model) else why
        outputs = self._outputs(operation, args, kwargs, known)
        self._add(path, operation, tree.flatten(_in_order(operation, args, kwargs)), outputs, rule, why)
        return outputs

    def model(self, model: Any, args: Any, kwargs: Any, prefix: str) -> list[Tensor] | None:
        """Count a functional or sequential model; `None` if it is neither."""
        if _is_plain(model, keras.Sequential):
            x = args[0] if args else next(iter(kwargs.values()))
            for layer in model.layers:
                x = self.use(layer, (x,), {}, prefix)
                x = x[0] if len(x) == 1 else x
            return tree.flatten(x)  # type: ignore[no-any-return]
        if _is_plain(model, FUNCTIONAL):
            given = args[0] if args else next(iter(kwargs.values()))
            if isinstance(given, dict) and set(given) == {x.name for x in model.inputs}:
                given = [given[x.name] for x in model.inputs]
            return self.graph(model.inputs, model.outputs, tree.flatten(given), prefix)
        return None

    def graph(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], given: Sequence[Tensor], prefix: str
    ) -> list[Tensor]:
        """Count all that leads from inputs to outputs, where `given` stands for the inputs."""
        values = dict(zip(map(id, inputs), given, strict=True))
        for node in ordered(outputs, set(values)):
            args, kwargs = node.arguments.fill_in(values)
            same = all(values[id(x)].shape == (1, *x.shape[1:]) for x in node.input_tensors)
            known = node.outputs if same and isinstance(node.operation, keras.layers.Layer) else None
            found = self.use(node.operation, args, kwargs, prefix, known)
            values.update(zip(map(id, node.outputs), found, strict=True))
        return [values[id(x)] for x in outputs]

    def traced(self, layer: Any, args: Any, kwargs: Any, path: str) -> list[Tensor]:
        """Count what a layer or model of one's own calls: its `call` is given symbolic inputs, once."""
        fresh: dict[int, tuple[Tensor, Tensor]] = {}  # id of an input → the input, and what stands for it

        def renewed(x: Any) -> Any:
            if not isinstance(x, keras.KerasTensor):
                return x
            return fresh.setdefault(id(x), (x, keras.KerasTensor(x.shape, x.dtype)))[1]

        new_args, new_kwargs = tree.map_structure(renewed, (args, kwargs))
        parameters = inspect.signature(layer.call).parameters
        if "training" in parameters:
            new_kwargs["training"] = False
        with unrecorded(layer), symbolic_arithmetic():
            try:
                if not layer.built:
                    layer(*new_args, **new_kwargs)
                result = layer.call(*new_args, **new_kwargs)
            except Exception as error:  # whatever a stranger's code raises
                raise Untraceable(_reason(layer, error)) from error
            outputs = [x for x in tree.flatten(result) if isinstance(x, keras.KerasTensor)]
            own = [w for w in layer.weights if not any(w is v for sub in _inside(layer) for v in sub.weights)]
            if own:
                self._add(path or layer.name, layer, [], [], lambda call: Operations(), None, own)
            given, stand_ins = zip(*fresh.values(), strict=True) if fresh else ((), ())
            return self.graph(stand_ins, outputs, given, path + "/" if path else "")

    def _outputs(
        self, operation: Any, args: Any, kwargs: Any, known: Sequence[Tensor] | None
    ) -> list[Tensor]:
        if known is not None and not _open(known):
            return [keras.KerasTensor((1, *x.shape[1:]), x.dtype, name=x.name) for x in known]
        outputs: list[Tensor] = tree.flatten(operation.compute_output_spec(*args, **kwargs))
        if _open(outputs):  # some layers answer with what they were built for; their `call` knows better
            outputs = tree.flatten(keras.Operation.compute_output_spec(operation, *args, **kwargs))
        if _open(outputs):
            raise ValueError(f"the output of '{operation.name}' has no fixed shape: {outputs[0].shape}")
        return outputs

    def _add(
        self,
        path: str,
        operation: Any,
        arguments: Sequence[Any],
        outputs: Sequence[Tensor],
        rule: Rule | None,
        why: str | None,
        weights: Sequence[Any] | None = None,
    ) -> None:
        """Add a row, and note the reach of the outputs."""
        is_layer = isinstance(operation, keras.layers.Layer)
        inputs = [tuple(x.shape) for x in arguments if hasattr(x, "shape")]
        tensors = [x for x in arguments if isinstance(x, keras.KerasTensor)]
        shapes = [tuple(x.shape) for x in outputs]
        shown = [shape[1:] if shape[:1] == (1,) else shape for shape in (*inputs, *shapes)]
        first, last = shown[: len(inputs)], shown[len(inputs) :]
        operations = Operations()
        if rule is not None:
            times = 1
            call = Call(operation, tuple(inputs), tuple(shapes))
            if is_layer:  # a layer computes the same for each image of a batch
                times = shapes[0][0] if shapes else 1
                call = Call(operation, tuple(s[1:] for s in inputs), tuple(s[1:] for s in shapes))
            try:
                operations = rule(call) * times
            except Unknown as unknown:
                why = str(unknown)
        if why is not None:
            self.unknown[path] = f"'{path}' ({type(operation).__name__}): {why}"
        reaches = [self._reaches.get(id(x), (x, UNDEFINED))[1] for x in tensors]
        reach = reach_after(operation, reaches, first, last[0]) if last else UNDEFINED
        for x in outputs:
            self._known(x, reach)
        if weights is None:
            weights = operation.weights if is_layer else []
        new = [w for w in weights if id(w) not in self.seen]
        self.seen.update(map(id, new))
        trainable = sum(math.prod(w.shape) for w in new if w.trainable)
        kind = type(operation).__name__
        joined = kind == "Concatenate"
        self.rows.append(
            LayerCost(
                path,
                kind,
                () if not first else last[0] if joined else first[0],
                last[0] if last else (),
                trainable,
                sum(math.prod(w.shape) for w in new) - trainable,
                operations,
                0 if joined else sum(map(math.prod, last)),
                reach,
                counted=why is None,
                function=_function(operation),
                biases=sum(math.prod(w.shape) for w in new if w.trainable and w.name == "bias"),
            )
        )

    def _known(self, tensor: Tensor, reach: Reach) -> Tensor:
        self._reaches[id(tensor)] = (tensor, reach)
        return tensor

    def _unique(self, path: str) -> str:
        number = self._names[path] = self._names.get(path, 0) + 1
        return path if number == 1 else f"{path} ({number})"


def walked(layer: Any, inputs: Sequence[Shape]) -> Walk:
    """Return the walk through a layer or model on inputs of these shapes, without batch."""
    walk = Walk()
    tensors = [walk.start(shape) for shape in inputs]
    walk.use(layer, (tensors[0] if len(tensors) == 1 else tensors,), {}, "")
    return walk


def _open(tensors: Sequence[Tensor]) -> bool:
    return any(None in x.shape[1:] for x in tensors)


def _is_plain(model: Any, kind: type) -> bool:
    """Whether a model is of a kind and computes what that kind computes."""
    return isinstance(model, kind) and type(model).call is kind.call  # type: ignore[attr-defined]


def _in_order(operation: Any, args: Any, kwargs: Any) -> list[Any]:
    """Return the arguments in the order in which `call` names them, without masks."""
    if not kwargs:
        return list(args)
    named = [name for name in inspect.signature(operation.call).parameters if name in kwargs]
    return [*args, *(kwargs[name] for name in named if "mask" not in name)]


FUNCTIONS = {"LeakyReLU": "leaky_relu", "PReLU": "prelu", "ELU": "elu", "Softmax": "softmax", "Relu": "relu"}


def _function(operation: Any) -> str:
    """Return the name of what a layer applies to each value, or how it interpolates."""
    kind = type(operation).__name__
    if kind == "ReLU":
        return "relu6" if operation.max_value == 6 else "relu"
    found = getattr(operation, "activation", None) or getattr(operation, "interpolation", None)
    name = found if isinstance(found, str) else getattr(found, "__name__", FUNCTIONS.get(kind, ""))
    return "" if name == "linear" else name


def _name(operation: Any) -> str:
    """Return a layer's name; a node's without the number that depends on what else the process has made."""
    if isinstance(operation, keras.layers.Layer):
        return str(operation.name)
    kind, _, number = operation.name.rpartition("_")
    return kind if kind and number.isdigit() else str(operation.name)


def _inside(layer: Any) -> list[Any]:
    return layer._flatten_layers(include_self=False)  # type: ignore[no-any-return]


def _composite(layer: Any) -> bool:
    """Whether a layer is counted by what it calls: a model, a layer of layers, one of Keras's own."""
    if not isinstance(layer, keras.layers.Layer):
        return False
    own = type(layer).__module__.startswith("keras.")
    return own or isinstance(layer, keras.Model) or bool(_inside(layer))


def _reason(layer: Any, error: Exception) -> str:
    """Say in one line why a layer's call failed."""
    said = " ".join(str(error).split())
    said = said.partition("Exception encountered when calling")[0] or said
    said = said.partition(". ")[0]
    return f"its call raised {type(error).__name__}: {said[:200]}"
