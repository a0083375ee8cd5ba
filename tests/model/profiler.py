"""TensorFlow's own profiler, which counts what a model computes: an independent witness."""

from typing import Any

import tensorflow

from inception_lab.model.quiet import quiet


def profiled_operations(model: Any) -> dict[str, int]:
    """Have TensorFlow's own profiler count what a model computes for one image.

    Args:
        model: A Keras model with one input.

    Returns:
        Kind of operation, such as `Conv2D`, `MatMul` or `BiasAdd` → floating-point operations, by the
        profiler's rules: two for each multiply-accumulate. The convolution inside our local response
        normalisation is not a layer's and is left out.
    """
    image = tensorflow.TensorSpec((1, *model.input_shape[1:]), "float32")
    graph = tensorflow.function(model).get_concrete_function(image).graph
    profiler = tensorflow.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(
        profiler.ProfileOptionBuilder.float_operation()
    ).with_empty_output()
    logger = tensorflow.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # it would warn that its own profiler is an old one
    try:
        with quiet():
            nodes = [profiler.profile(graph, cmd="scope", options=options.build())]
    finally:
        logger.setLevel(level)
    kinds = {operation.name: operation.type for operation in graph.get_operations()}
    ours = [layer.name for layer in model.layers if type(layer).__name__ == "LocalResponseNormalization"]
    counts: dict[str, int] = {}
    seen: set[str] = set()
    while nodes:
        node = nodes.pop()
        nodes += node.children
        left_out = any(part.startswith(tuple(ours)) for part in node.name.split("/"))
        if node.name in kinds and node.name not in seen and not left_out:
            seen.add(node.name)
            counts[kinds[node.name]] = counts.get(kinds[node.name], 0) + node.float_ops
    return {kind: number for kind, number in sorted(counts.items()) if number}
