"""Small files of every kind that the package reads, whole; the tests damage them."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from inception_lab.architecture import layers
from inception_lab.architecture.network import Network, Parallel, Sequence
from inception_lab.architecture.stored import network_to_data


@cache
def images() -> tuple[tuple[str, bytes], ...]:
    """Small pictures in every format that OpenCV writes here."""
    import cv2

    from inception_lab.model.quiet import quiet

    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (13, 17, 3)).astype(np.uint8)
    deep = rng.integers(0, 65_536, (9, 8, 4)).astype(np.uint16)
    found = []
    for suffix, picture in (
        ("png", colour), ("jpg", colour), ("bmp", colour), ("webp", colour), ("tiff", colour),
        ("ppm", colour), ("pgm", colour[..., 0]), ("png", deep), ("tiff", deep.astype(np.float32)),
        ("gif", colour), ("avif", colour), ("hdr", colour.astype(np.float32)), ("sr", colour),
    ):  # fmt: skip
        with quiet(), contextlib.suppress(cv2.error):
            good, content = cv2.imencode(f".{suffix}", picture)
            if good:
                found.append((suffix, content.tobytes()))
    return tuple(found)


@cache
def network() -> Network:
    """A network as small as one with all kinds of ONNX can be."""
    return Network(
        (8, 8, 3),
        Sequence(
            layers.Conv2D(4, 3, activation="relu", name="conv1"),
            layers.MaxPool2D(2, strides=2, name="pool"),
            Parallel(layers.Conv2D(2, 1, name="1x1"), layers.Conv2D(3, 3, name="3x3"), name="module"),
            layers.GlobalAveragePool2D(name="mean"),
            layers.Dense(2, name="classifier"),
        ),
    )


@cache
def onnx_model(named: bool) -> bytes:
    """That network in ONNX, its tensors called after the layers or by numbers."""
    import onnx
    from onnx import helper, numpy_helper

    rng = np.random.default_rng(0)
    shapes = {
        "conv1": (4, 3, 3, 3), "module/1x1": (2, 4, 1, 1), "module/3x3": (3, 4, 3, 3), "classifier": (2, 5)
    }  # fmt: skip
    tensors, names = [], {}
    for number, (layer, shape) in enumerate(shapes.items()):
        for end, size in (("w_0", shape), ("b_0", shape[:1])):
            names[layer, end] = f"{layer}_{end}" if named else f"t{number}{end}"
            tensors.append(numpy_helper.from_array(rng.random(size).astype(np.float32), names[layer, end]))

    def node(kind: str, layer: str, source: str, target: str, **attributes: Any) -> Any:
        weights = [names[layer, end] for end in ("w_0", "b_0")] if layer else []
        return helper.make_node(kind, [source, *weights], [target], **attributes)

    nodes = [
        node("Conv", "conv1", "x", "a", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Relu", "", "a", "b"),
        node("MaxPool", "", "b", "c", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "module/1x1", "c", "d", kernel_shape=[1, 1]),
        node("Conv", "module/3x3", "c", "e", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Concat", ["d", "e"], ["f"], axis=1),
        node("GlobalAveragePool", "", "f", "g"),
        node("Flatten", "", "g", "h"),
        node("Gemm", "classifier", "h", "y", transB=1),
    ]
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", (1, 3, 8, 8)), ("y", (1, 2)))
    ]
    model = helper.make_model(helper.make_graph(nodes, "g", values[:1], values[1:], tensors))
    return bytes(model.SerializeToString())


@cache
def run() -> Mapping[str, bytes]:
    """What a run leaves that `classifier` reads."""
    from inception_lab.model.build import build
    from inception_lab.model.training.learner import InMemory

    file = InMemory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras hands NumPy 2.4 an old __array__
        build(network(), seed=0).save_weights(file)
    config = {
        "data": {"classes": ["a", "b"]},
        "picture_shape": [8, 8, 3],
        "network": network_to_data(network()),
    }
    return {"config.json": json.dumps(config).encode(), "best.weights.h5": file.getvalue()}


@cache
def cifar() -> Mapping[str, Any]:
    """What CIFAR-10's file holds, of half a dozen pictures."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (4, 32, 32, 3)).astype(np.uint8),
        "y_train": np.array([[0], [1], [2], [9]], np.uint8),
        "x_test": rng.integers(0, 256, (2, 32, 32, 3)).astype(np.uint8),
        "y_test": np.array([[3], [4]], np.uint8),
    }


def npz(arrays: Mapping[str, Any], compressed: bool = False) -> bytes:
    """Arrays as the bytes of a file."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()
