"""Weights out of an ONNX file: by the tensors' names, or where those differ by following the graph.

ONNX keeps a convolution's kernel as (filters, channels, height, width), Keras as (height, width,
channels, filters). Nothing in the file is run, and nothing is unpickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.network import Network
from inception_lab.model.pretrained.onnx_graph import Follower, foreign, steps, walk

Floats = npt.NDArray[np.float32]

LARGEST = 1 << 30  # bytes; GoogLeNet's file has 28 MB
# How files that are something else begin.
SIGNATURES = {
    b"\x80": "a Python pickle, which is never opened",
    b"PK": "a zip archive, such as PyTorch and Keras write",
    b"\x89HDF": "an HDF5 file",
    b"\n": "a Caffe model",
    b"name:": "a Caffe network without weights",
    b"<": "a web page",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself",
}


def read_weights(path: Path, network: Network) -> dict[str, tuple[Floats, Floats]]:
    """Read kernels and biases from an ONNX file, each tensor of it exactly once.

    Args:
        path: The file. Its tensors are called `inception_3a/1x1_w_0` and `…_b_0`, after the layers' paths,
            or they stand in a graph that is the network's.
        network: What the weights are for: convolutions and dense layers, with biases.

    Returns:
        Path of the layer → kernel and bias, float32, as Keras has them.

    Raises:
        ValueError: If the file is no ONNX file or not of this network; the message says what differs.
        ModuleNotFoundError: Without the package `onnx`.
    """
    graph = _load(path).graph
    tensors = _tensors(graph, path)
    end = steps(network)
    layers = {step.path: step for step in walk(end) if step.shape}
    names = {layer: (f"{layer}_w_0", f"{layer}_b_0", False) for layer in layers}
    expected = {name for pair in names.values() for name in pair[:2]}
    if len(expected & tensors.keys()) < len(expected) / 2:
        names = Follower(graph, path).names(end)
        expected = {name for pair in names.values() for name in pair[:2]}
    for name in sorted(expected - tensors.keys()):
        raise foreign(path, f"without the tensor '{name}'")
    for name in sorted(tensors.keys() - expected):
        raise foreign(path, f"with a tensor that this network has no use for, '{name}'")
    if len(expected) != 2 * len(names):
        raise foreign(path, "in which layers share weights")
    weights = {}
    for layer, step in layers.items():
        (kernel, bias, transposed), shape = names[layer], step.shape
        found = _array(tensors[kernel], path), _array(tensors[bias], path)
        first = found[0].T if transposed else found[0]
        for name, array, wanted in ((kernel, first, shape), (bias, found[1], shape[:1])):
            if array.shape != wanted:
                raise foreign(path, f"'{name}' of shape {array.shape} instead of {wanted}")
        weights[layer] = np.transpose(first, (2, 3, 1, 0) if first.ndim == 4 else (1, 0)), found[1]
    return weights


def _load(path: Path) -> Any:
    try:
        import onnx
    except ModuleNotFoundError:
        raise ModuleNotFoundError("Reading weights takes the package onnx: pip install onnx") from None
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(64)
            kind = next((what for sign, what in SIGNATURES.items() if start.startswith(sign)), None)
            if path.suffix in (".caffemodel", ".prototxt"):
                kind = "a file of Caffe's"
            if not start or kind or size > LARGEST:
                what = kind or (f"{size / 1e9:.1f} GB" if start else "an empty file")
                raise ValueError(f"The weights must be an ONNX file. Received: {path}, which is {what}.")
            content = start + file.read()
    except OSError as error:
        raise ValueError(
            f"The weights must be a file that can be read. Received: {path} ({error.strerror})."
        ) from error
    try:
        return onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's own classes of errors depend on how it was built
        raise ValueError(
            f"The weights must be a whole ONNX file. Received: {path}, which is damaged or something else."
        ) from error


def _tensors(graph: Any, path: Path) -> dict[str, Any]:
    """Return the graph's tensors of decimal numbers by name; shapes for reshaping are whole numbers."""
    from onnx import TensorProto

    kinds = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
    found = [*graph.initializer]
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            found.append(type(node.attribute[0].t)())
            found[-1].CopyFrom(node.attribute[0].t)
            found[-1].name = node.output[0]
    tensors = {tensor.name: tensor for tensor in found if tensor.data_type in kinds}
    for tensor in tensors.values():
        if tensor.data_location == TensorProto.EXTERNAL:
            raise foreign(path, f"'{tensor.name}' kept in another file")
    return tensors


def _array(tensor: Any, path: Path) -> Floats:
    from onnx import numpy_helper

    try:
        array = np.asarray(numpy_helper.to_array(tensor), np.float32)
    except (ValueError, TypeError) as error:
        raise foreign(path, f"'{tensor.name}' damaged ({error})") from error
    if not np.isfinite(array).all():
        raise foreign(path, f"'{tensor.name}' with values that are no numbers")
    return array
