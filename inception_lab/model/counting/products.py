"""Rules for layers that multiply by weights: convolutions, dense layers, attention."""

import math

from inception_lab.architecture.layer import Shape
from inception_lab.architecture.operations import TANH, Operations, softmax
from inception_lab.model.backend import keras
from inception_lab.model.counting.pointwise import activated
from inception_lab.model.counting.rules import Call, Unknown, standard

layers = keras.layers


def _kernel(call: Call) -> int:
    return math.prod(call.layer.kernel_size)


def _channels(call: Call) -> int:
    return call.input_shape[-1 if call.layer.data_format == "channels_last" else 0]


def finished(call: Call, macs: int) -> Operations:
    """Add the bias, one addition a value, and the activation to a product."""
    layer = call.layer
    if getattr(layer, "lora_enabled", False):
        raise Unknown("LoRA is switched on")
    bias = getattr(layer, "bias", None) is not None
    return Operations(macs=macs, additions=bias * call.elements) + activated(layer, call.output_shape)


def _separable(call: Call) -> Operations:
    """A depthwise convolution, and a 1×1 convolution of what comes out."""
    filters, between = call.layer.filters, _channels(call) * call.layer.depth_multiplier
    return finished(call, call.elements // filters * between * (_kernel(call) + filters))


def _einsum_dense(call: Call) -> Operations:
    done = einsum(call.layer.equation, ((1, *call.input_shape), tuple(call.layer.kernel.shape)))
    return finished(call, 0) + done


def _reversible_embedding(call: Call) -> Operations:
    """Nothing, or, used in reverse, a product with the whole table at each place."""
    layer = call.layer
    if len(call.output_shape) > len(call.input_shape):
        return Operations()
    if layer.logit_soft_cap is not None:
        raise Unknown("logit_soft_cap")
    return Operations(macs=call.elements * layer.output_dim)


def einsum(equation: str, shapes: tuple[Shape, ...]) -> Operations:
    """Count a sum of products over indices, such as `"bij,bjk->bik"`, of one or two arrays.

    The MACs are the product of all indices' sizes; where no index is summed over, they are multiplications.

    Raises:
        Unknown: For three arrays or more, since the order of the products decides.

    Example:
        >>> einsum("bij,bjk->bik", ((1, 2, 3), (1, 3, 5))).macs
        30
    """
    left, _, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) > 2:
        raise Unknown("einsum of three arrays or more depends on the order of the products")
    if "->" not in equation:
        right = "".join(sorted(index for index in set(left) - {","} if left.count(index) == 1))
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        hidden = len(shape) - len(term.replace("...", ""))
        first, _, rest = term.partition("...")
        names = [*first, *(f"…{i}" for i in range(hidden, 0, -1)), *rest]
        for name, size in zip(names, shape, strict=True):
            sizes[name] = max(size, sizes.get(name, 1))
    everything = math.prod(sizes.values())
    kept = math.prod(size for name, size in sizes.items() if name[0] == "…" or name in right)
    if len(terms) == 1:
        return Operations(additions=everything - kept)
    summed = any(not (name[0] == "…" or name in right) for name in sizes)
    return Operations(macs=everything) if summed else Operations(multiplications=everything)


def _dot(call: Call) -> Operations:
    """Output values · length of the axis that is summed over."""
    if call.layer.normalize:
        raise Unknown("normalize=True")
    axes = call.layer.axes
    axis = axes if isinstance(axes, int) else axes[0]
    return Operations(macs=call.elements * (1, *call.input_shape)[axis])


def attended(queries: int, keys: int, depth: int, value_depth: int) -> Operations:
    """Count scores, their softmax and the weighted sums for one head."""
    scores = queries * keys
    return Operations(macs=scores * (depth + value_depth)) + softmax(scores, queries)


def _multi_head(call: Call) -> Operations:
    layer = call.layer
    axes = getattr(layer, "_attention_axes", None)
    if axes is not None and tuple(axes) != tuple(range(1, len(call.input_shape))):
        raise Unknown("attention_axes leave some axes out")
    return _headed(call, layer.num_heads, layer.num_heads, layer.key_dim, layer.value_dim)


def _headed(call: Call, heads: int, key_heads: int, depth: int, value_depth: int) -> Operations:
    """Count four projections; in each head scores, softmax, weighted sums, and the queries scaled.

    Reference:
        Vaswani et al. 2017, arXiv:1706.03762, section 3.2; with fewer keys and values, which groups of heads
        share, Ainslie et al. 2023, arXiv:2305.13245.
    """
    layer, query, value = call.layer, call.inputs[0], call.inputs[1]
    key = call.inputs[2] if len(call.inputs) > 2 else value
    if getattr(layer, "use_gate", getattr(layer, "_use_gate", False)):
        raise Unknown("use_gate=True")
    queries, keys = math.prod(query[:-1]), math.prod(value[:-1])
    done = attended(queries, keys, depth, value_depth) * heads
    done += Operations(multiplications=queries * heads * depth)
    for name, places, inputs, units in (
        ("query", queries, query[-1], heads * depth),
        ("key", keys, key[-1], key_heads * depth),
        ("value", keys, value[-1], key_heads * value_depth),
        ("output", queries, heads * value_depth, call.elements // queries),
    ):
        projection = getattr(layer, f"_{name}_dense")
        if projection.lora_enabled:
            raise Unknown("LoRA is switched on")
        bias = projection.bias is not None
        done += Operations(macs=places * inputs * units, additions=bias * places * units)
    return done


def _attention(call: Call) -> Operations:
    """Scores, their softmax and the weighted sums; additive scores are Σ tanh(q + k).

    Reference:
        Luong et al. 2015, arXiv:1508.04025; Bahdanau et al. 2014, arXiv:1409.0473.
    """
    layer = call.layer
    (*outer, queries, depth), value = call.inputs[0], call.inputs[1]
    keys, value_depth = value[-2:]
    pairs = queries * keys
    scaled = layer.use_scale * pairs
    if isinstance(layer, layers.AdditiveAttention) or layer.score_mode == "concat":
        additive = isinstance(layer, layers.AdditiveAttention)
        scores = Operations(additions=pairs * (2 * depth - 1)) + TANH * (pairs * depth)
        # Additive attention scales each tanh; "concat" each sum inside, and the score by a learned weight.
        each = pairs * depth * layer.use_scale
        scores += Operations(multiplications=each + (0 if additive else pairs))
        done = attended(queries, keys, 0, value_depth) + scores
    else:
        done = attended(queries, keys, depth, value_depth) + Operations(multiplications=scaled)
    return done * math.prod(outer)


standard(
    {
        # Kernel places · input channels / groups · filters · output places.
        (layers.Conv1D, layers.Conv2D, layers.Conv3D): lambda call: finished(
            call, _kernel(call) * _channels(call) // call.layer.groups * call.elements
        ),
        # Each output channel sees one channel.
        (layers.DepthwiseConv1D, layers.DepthwiseConv2D): lambda call: finished(
            call, _kernel(call) * call.elements
        ),
        (layers.SeparableConv1D, layers.SeparableConv2D): _separable,
        # Each *input* value is spread over a window.
        (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose): lambda call: finished(
            call, _kernel(call) * call.layer.filters * math.prod(call.input_shape)
        ),
        layers.Dense: lambda call: finished(call, call.input_shape[-1] * call.elements),
        layers.EinsumDense: _einsum_dense,
        getattr(layers, "ReversibleEmbedding", layers.Embedding): _reversible_embedding,
        layers.Embedding: lambda call: Operations(),  # rows of a table are looked up
        layers.Dot: _dot,
        layers.MultiHeadAttention: _multi_head,
        layers.GroupQueryAttention: lambda call: _headed(
            call,
            call.layer.num_query_heads,
            call.layer.num_key_value_heads,
            call.layer.head_dim,
            call.layer.head_dim,
        ),
        (layers.Attention, layers.AdditiveAttention): _attention,
    }
)
