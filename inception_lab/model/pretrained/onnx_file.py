"""Weights out of an ONNX file, by its tensors' names.

ONNX keeps a convolution's kernel as (filters, channels, height, width), Keras as (height, width,
channels, filters). Nothing in the file is run, and nothing is unpickled.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.layer import Layer, Shape, pair
from inception_lab.architecture.layers import Conv2D, Dense
from inception_lab.architecture.network import Network, merge_shapes

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

    Tensors are called `inception_3a/1x1_w_0` and `…_b_0`, after the layers' paths in the network.

    Returns:
        Path of the layer → kernel and bias, float32, as Keras has them.
    """
    tensors = _tensors(_load(path).graph, path)
    shapes = {f"{layer}_w_0": shape for layer, shape in _kernels(network).items()}
    shapes |= {f"{layer}_b_0": shape[:1] for layer, shape in _kernels(network).items()}
    if len(shapes.keys() & tensors.keys()) < len(shapes) / 2:
        expected, found = (", ".join(repr(n[:40]) for n in sorted(names)[:3]) for names in (shapes, tensors))
        raise _foreign(path, f"with tensors called {found or 'nothing'} … instead of {expected} …")
    for name in sorted(shapes.keys() - tensors.keys()):
        raise _foreign(path, f"without the tensor {name!r}")
    for name in sorted(tensors.keys() - shapes.keys()):
        raise _foreign(path, f"with a tensor that this network has no use for, {name!r}")
    arrays = {name: _array(tensors[name], path) for name in shapes}
    for name, wanted in shapes.items():
        if arrays[name].shape != wanted:
            raise _foreign(path, f"{name!r} of shape {arrays[name].shape} instead of {wanted}")
    return {
        layer: (arrays[f"{layer}_w_0"].transpose((2, 3, 1, 0)[-len(shape) :]), arrays[f"{layer}_b_0"])
        for layer, shape in _kernels(network).items()
    }


def _kernels(network: Network) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a network's kernels as ONNX has them, by the layers' paths."""
    shapes: dict[str, tuple[int, ...]] = {}

    def note(path: str, layer: Layer, shape: Shape) -> Shape:
        if isinstance(layer, Conv2D):
            shapes[path] = (layer.filters, shape[-1] // layer.groups, *pair(layer.kernel_size))
        elif isinstance(layer, Dense):
            shapes[path] = (layer.units, shape[-1])
        return layer.output_shape(shape)

    start: Shape = network.input_shape
    network.fold(start, layer=note, merge=lambda _, how, found: merge_shapes(how, found))
    return shapes


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
    # A name that is no UTF-8 comes as bytes.
    tensors = {str(tensor.name): tensor for tensor in graph.initializer if tensor.data_type in kinds}
    for tensor in tensors.values():
        if tensor.data_location == TensorProto.EXTERNAL:
            raise _foreign(path, f"{tensor.name!r} kept in another file")
    return tensors


def _array(tensor: Any, path: Path) -> Floats:
    from onnx import numpy_helper

    try:
        array = np.asarray(numpy_helper.to_array(tensor), np.float32)
    except (ValueError, TypeError) as error:
        raise _foreign(path, f"{tensor.name!r} damaged ({error})") from error
    if not np.isfinite(array).all():
        raise _foreign(path, f"{tensor.name!r} with values that are no numbers")
    return array


def _foreign(path: Path, what: str) -> ValueError:
    return ValueError(f"The weights must be those of this network. Received: {path}, {what}.")
