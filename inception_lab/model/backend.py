"""The backend: loaded once, quietly, and only when a model is needed.

`from inception_lab.model.backend import keras` is how this project imports Keras: TensorFlow and its
libraries write dozens of lines to the error stream while they load, past Python and past every
log level, and a notebook would show them to its reader.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.checks import one_of
from inception_lab.model.quiet import quiet

BACKENDS = ("tensorflow", "jax", "torch", "numpy", "openvino")  # the first three can train


def _load() -> None:
    one_of("KERAS_BACKEND", os.environ.setdefault("KERAS_BACKEND", "tensorflow"), BACKENDS)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import keras

        # The first operation makes TensorFlow look for devices, which it reports as well.
        keras.ops.convert_to_numpy(keras.ops.zeros((1,)))
    # It warns of each model that is compiled anew, as every experiment with several networks does.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


_load()
import keras as keras  # noqa: E402

LIMITS = ("max_epochs", "max_steps_per_epoch")  # newer Keras's, which environment variables set as well
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def gpu() -> tuple[str, tuple[int, int]] | None:
    """Return the first GPU's name and compute capability, (0, 0) where it tells none; `None` without one."""
    if keras.config.backend() == "tensorflow":
        import tensorflow

        gpus = tensorflow.config.list_physical_devices("GPU")
        if not gpus:
            return None
        details = tensorflow.config.experimental.get_device_details(gpus[0])
        major, minor = details.get("compute_capability", (0, 0))
        return str(details.get("device_name", "GPU")), (int(major), int(minor))
    if keras.config.backend() == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform == "cpu":
            return None
        numbers = str(getattr(device, "compute_capability", "0.0")).split(".")
        return device.device_kind, (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)
    if keras.config.backend() == "torch":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name(), torch.cuda.get_device_capability()
    return None


@dataclass(frozen=True)
class Precision:
    """In what numbers a network computes; its weights are kept in float32."""

    name: str  # `"float32"`, `"bfloat16"` or `"float16"`
    reason: str  # what decided it

    @property
    def policy(self) -> str:
        """Keras's name for it."""
        return PRECISIONS[self.name]

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def precision(name: str | None = None) -> Precision:
    """Choose the precision that this machine computes quickly in.

    Returns:
        By default bfloat16 where the hardware is quick at it, float16 on older GPUs with half-precision
        units (Keras scales the loss then), float32 otherwise.
    """
    if name is not None:
        one_of("precision", name, tuple(PRECISIONS))
        return Precision(name, "as asked for")
    found = gpu()
    if found is None:
        flags = cpu_info("flags").split()
        # Intel's AVX512-BF16 without AMX is slower than its float32, AMD's is faster (docs/performance.md).
        for flag, name, maker in (("amx_bf16", "AMX", ""), ("avx512_bf16", "AVX512-BF16", "AuthenticAMD")):
            if flag in flags and maker in cpu_info("vendor_id"):
                return Precision("bfloat16", f"the CPU has {name}")
        return Precision("float32", "a CPU without fast bfloat16")
    capability = found[1]
    text = f"a GPU of compute capability {capability[0]}.{capability[1]}"
    if capability >= (8, 0):
        return Precision("bfloat16", text)
    return Precision("float16" if capability >= (7, 0) else "float32", text)


def cpu_info(name: str) -> str:
    """Return what Linux says of the processor under a name; nothing where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


def fused_batch_norm(
    x: Any, scale: Any, offset: Any, epsilon: float, statistics: tuple[Any, Any] | None = None
) -> tuple[Any, Any, Any] | None:
    """Normalise a batch of pictures in one operation, where the backend has one.

    `x` is `(batch, height, width, channels)`, also in half precision; `scale` and `offset` are float32
    `(channels,)`; `epsilon` is added to the variance; without `statistics`, mean and variance, those of the
    batch are used.

    Returns:
        What comes out, the mean and the variance (divided by n, as Keras has it); `None` where there is
        no such operation.
    """
    if keras.config.backend() != "tensorflow":
        return None
    import tensorflow

    mean, variance = statistics or (None, None)
    kind = x.dtype
    if x.shape[-1] % 16:  # a CPU's half precision takes ten times as long then
        x = tensorflow.cast(x, "float32")
    y, mean, variance = tensorflow.compat.v1.nn.fused_batch_norm(
        x, scale, offset, mean=mean, variance=variance, epsilon=epsilon, is_training=statistics is None
    )
    count = tensorflow.cast(tensorflow.size(x) / x.shape[-1], variance.dtype)
    return tensorflow.cast(y, kind), mean, variance * (count - 1) / count


def as_array(tensor: Any) -> Any:
    """Return a copy of a tensor's or a variable's value in NumPy.

    `ops.copy` comes first because Keras's variables answer NumPy 2 with a warning.
    """
    return np.array(keras.ops.convert_to_numpy(keras.ops.copy(tensor)))


@contextmanager
def dtype_policy(name: str | None = None) -> Iterator[None]:
    """Build layers as our networks need them, and train them, whatever keras.json or the session says.

    Numbers are float32, channels come last, and no epoch or step is left out; what else depends on these
    settings in the meantime, too.

    Args:
        name: Of a Keras dtype policy, such as `"mixed_bfloat16"`; by default the session's own, or float32
            where weights or products would be of another kind.
    """
    config = keras.config
    before = config.dtype_policy(), config.floatx(), config.image_data_format()
    config.set_floatx("float32")
    config.set_image_data_format("channels_last")
    kept = before[0].name in PRECISIONS.values()  # others have other weights, or are for quantised ones
    config.set_dtype_policy(name or (before[0] if kept else "float32"))
    limits = {limit: getattr(config, limit)() for limit in LIMITS if hasattr(config, limit)}
    for limit in limits:
        getattr(config, f"set_{limit}")(None)
    try:
        yield
    finally:
        for limit, value in limits.items():
            getattr(config, f"set_{limit}")(value)
        config.set_dtype_policy(before[0])
        config.set_floatx(before[1])
        config.set_image_data_format(before[2])


def value_and_gradients(
    function: Callable[[Sequence[Any]], tuple[Any, Any]], arguments: Sequence[Any]
) -> tuple[Any, Any, list[Any]]:
    """Compute a function and its gradient by a list of tensors.

    The function takes them, changes nothing outside, and returns a number and whatever else.

    Returns:
        The number, whatever else, and a gradient for each argument.

    Raises:
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.
    """
    if keras.config.backend() == "tensorflow":
        import tensorflow

        tensors = [tensorflow.convert_to_tensor(argument) for argument in arguments]
        with tensorflow.GradientTape() as tape:
            tape.watch(tensors)
            value, other = function(tensors)
        gradients = tape.gradient(value, tensors, unconnected_gradients=tensorflow.UnconnectedGradients.ZERO)
        return value, other, gradients
    if keras.config.backend() == "jax":
        import jax

        tensors = [jax.numpy.asarray(argument) for argument in arguments]
        (value, other), gradients = jax.value_and_grad(function, has_aux=True)(tensors)
        return value, other, list(gradients)
    if keras.config.backend() == "torch":
        import torch

        tensors = [keras.ops.convert_to_tensor(argument).detach().clone() for argument in arguments]
        for tensor in tensors:
            tensor.requires_grad_(True)
        value, other = function(tensors)
        gradients = torch.autograd.grad(value, tensors, allow_unused=True)
        zeroed = (torch.zeros_like(t) if g is None else g for t, g in zip(tensors, gradients, strict=True))
        return value, other, list(zeroed)
    raise NotImplementedError(
        f"Gradients need the backend tensorflow, jax or torch. Received: {keras.config.backend()}."
    )


def compiled(function: Callable[[Any], Any], shape: tuple[int | None, ...]) -> Callable[[Any], Any]:
    """Return a function that is made into one graph for all sizes, where the backend can do that.

    Worth it for what is called dozens of times: operation by operation, a deep network takes longer to
    dispatch than to compute.
    """
    if keras.config.backend() != "tensorflow":
        return function
    import tensorflow

    signature = [tensorflow.TensorSpec(shape, "float32")]
    return tensorflow.function(function, input_signature=signature)  # type: ignore[no-any-return]
