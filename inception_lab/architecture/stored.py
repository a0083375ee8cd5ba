"""A network as plain data, for files: what a run was of can be built again from its directory."""

from dataclasses import fields
from typing import Any

from inception_lab.architecture import layers
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap


def network_to_data(network: Network) -> dict[str, Any]:
    """Return a network as dicts, lists, strings and numbers, which JSON can hold.

    Example:
        >>> from inception_lab.architecture.googlenet import googlenet
        >>> network_from_data(network_to_data(googlenet(auxiliary=True))) == googlenet(auxiliary=True)
        True
    """
    return {
        "name": network.name,
        "input_shape": list(network.input_shape),
        "body": _part_to_data(network.body),
    }


def network_from_data(data: dict[str, Any]) -> Network:
    """Return the network that `network_to_data` wrote."""
    try:
        return Network(data["input_shape"], _part_from_data(data["body"]), data["name"])
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"A stored network must be one that this version wrote. Received: {error}."
        ) from error


def _part_to_data(part: Part) -> dict[str, Any]:
    match part:
        case Sequence():
            return {"type": "Sequence", "name": part.name, "parts": [_part_to_data(p) for p in part.parts]}
        case Parallel():
            branches = [_part_to_data(branch) for branch in part.branches]
            return {"type": "Parallel", "name": part.name, "merge": part.merge, "branches": branches}
        case Tap():
            return {"type": "Tap", "output": part.output, "head": _part_to_data(part.head)}
        case Layer():
            values = {field.name: (getattr(part, field.name), field.default) for field in fields(part)}
            own = {name: value for name, (value, default) in values.items() if value != default}
            return {"type": type(part).__name__, **own}
    raise TypeError(f"A network is made of layers, Sequence, Parallel and Tap. Received: {part!r}.")


def _part_from_data(data: dict[str, Any]) -> Part:
    if not isinstance(data, dict):
        raise ValueError(f"A stored network must be made of objects. Received: {data!r}.")
    values = dict(data)
    kind = values.pop("type")
    match kind:
        case "Sequence":
            return Sequence(*map(_part_from_data, values["parts"]), name=values["name"])
        case "Parallel":
            branches = map(_part_from_data, values["branches"])
            return Parallel(*branches, merge=values["merge"], name=values["name"])
        case "Tap":
            return Tap(_part_from_data(values["head"]), values["output"])
    layer = getattr(layers, kind, None)
    if not (isinstance(layer, type) and issubclass(layer, Layer)):
        raise ValueError(
            f"A stored network must be made of layers that this version has. Received: {kind!r}."
        )
    return layer(**values)
