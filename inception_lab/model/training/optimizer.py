"""What Keras's loss, schedule and optimizer do not do: labels smoothed, rates by table, weights averaged."""

from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.backend import as_array, keras

ops = keras.ops


@keras.saving.register_keras_serializable("inception_lab")
class Crossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of logits with integer labels, which may be smoothed.

    Args:
        label_smoothing: Share of the target spread evenly over all classes.
        name: Of the loss.
    """

    def __init__(self, label_smoothing: float = 0.0, name: str = "crossentropy") -> None:
        super().__init__(name=name)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each picture."""
        classes = y_pred.shape[-1]
        labels = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        target = ops.one_hot(labels, classes, dtype=y_pred.dtype)
        target = target * (1 - self.label_smoothing) + self.label_smoothing / classes
        return -ops.sum(target * ops.log_softmax(y_pred), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what the loss was made with."""
        return {"label_smoothing": self.label_smoothing, "name": self.name}


@keras.saving.register_keras_serializable("inception_lab")
class Rates(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A learning rate for each step, from a table; after its end the last one.

    Args:
        rates: float32 `(steps,)`.
    """

    def __init__(self, rates: npt.NDArray[np.float32]) -> None:
        self.rates = rates

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step."""
        last = ops.convert_to_tensor(len(self.rates) - 1, dtype="int32")
        return ops.take(ops.convert_to_tensor(self.rates), ops.minimum(ops.cast(step, "int32"), last))

    def get_config(self) -> dict[str, Any]:
        """Return what the schedule was made with."""
        return {"rates": [float(rate) for rate in self.rates]}


@keras.saving.register_keras_serializable("inception_lab")
class AveragedSGD(keras.optimizers.SGD):  # type: ignore[misc]
    """Stochastic gradient descent that keeps a Polyak average of the weights beside them.

    Keras's own `use_ema` overwrites the weights at the end of every `fit`. The average's momentum
    rises with the steps, (1 + step) / (10 + step), up to `averaging`, so that it is of use early.

    Args:
        learning_rate: A number or a schedule.
        averaging: Momentum of the average; 0 for none.

    Reference:
        Polyak & Juditsky 1992; Szegedy et al. 2014, section 6.
    """

    def __init__(self, learning_rate: Any = 0.01, *, averaging: float = 0.0, **kwargs: Any) -> None:
        super().__init__(learning_rate, **kwargs)
        self.averaging = averaging
        self.averages: list[Any] = []

    def build(self, variables: list[Any]) -> None:
        """Make a copy of each variable to start its average from."""
        if self.built:
            return
        super().build(variables)
        if self.averaging:
            self.averages = [
                self.add_variable_from_reference(variable, "average", initializer="zeros")
                for variable in variables
            ]
            for average, variable in zip(self.averages, variables, strict=True):
                average.assign(as_array(variable))  # a copy: JAX must not find one buffer twice

    def apply(self, grads: list[Any], trainable_variables: Any = None) -> Any:
        """Step, then move the averages."""
        result = super().apply(grads, trainable_variables)
        if self.averaging:
            step = ops.cast(self.iterations, "float32")
            share = 1 - ops.minimum(self.averaging, (1 + step) / (10 + step))
            for average, variable in zip(self.averages, self._trainable_variables, strict=True):
                average.assign_add(ops.cast(share, average.dtype) * (variable - average))
        return result

    def get_config(self) -> dict[str, Any]:
        """Return what the optimizer was made with."""
        return {**super().get_config(), "averaging": self.averaging}
