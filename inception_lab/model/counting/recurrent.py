"""Rules for layers that hold other layers or cells: recurrent ones and wrappers."""

from __future__ import annotations

import math
from typing import Any

from inception_lab.architecture.layer import Shape
from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras
from inception_lab.model.counting.pointwise import function_operations
from inception_lab.model.counting.rules import Call, count, standard

layers = keras.layers


def gates(layer: Any, inner: int, outer: int, shape: Shape) -> Operations:
    """Count activations of gates: `inner` recurrent ones and `outer` others, each of values of a shape."""
    return (
        function_operations(layer.recurrent_activation, shape) * inner
        + function_operations(layer.activation, shape) * outer
    )


@standard(layers.SimpleRNNCell)
def simple_cell(call: Call) -> Operations:
    """H = tanh(W·x + U·h + b)."""
    units = call.layer.units
    done = Operations(
        macs=units * (call.input_shape[-1] + units), additions=units * (1 + call.layer.use_bias)
    )
    return done + function_operations(call.layer.activation, (units,))


@standard(layers.LSTMCell)
def lstm_cell(call: Call) -> Operations:
    """Four gates; c = f·c + i·g; h = o·tanh(c).

    Reference:
        Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    units = call.layer.units
    done = Operations(
        macs=4 * units * (call.input_shape[-1] + units),
        additions=4 * units * (1 + call.layer.use_bias) + units,
        multiplications=3 * units,
    )
    return done + gates(call.layer, 3, 2, (units,))


@standard(layers.GRUCell)
def gru_cell(call: Call) -> Operations:
    """Three gates; h = z·h + (1 − z)·g.

    Reference:
        Cho et al. 2014, arXiv:1406.1078; with `reset_after` the cell of CuDNN, which has two biases.
    """
    layer, units = call.layer, call.layer.units
    biases = layer.use_bias * (3 + 3 * layer.reset_after)
    done = Operations(
        macs=3 * units * (call.input_shape[-1] + units),
        additions=units * (biases + 3 + 2),  # biases, W·x + U·h, and 1 − z and the sum
        multiplications=3 * units,
    )
    return done + gates(layer, 2, 1, (units,))


@standard(layers.StackedRNNCells)
def stacked_cells(call: Call) -> Operations:
    """The cells one after the other."""
    done, shape = Operations(), call.input_shape
    for cell in call.layer.cells:
        done += count(cell, (shape,), ())
        sizes = cell.output_size
        shape = (sizes,) if isinstance(sizes, int) else tuple(sizes)
    return done


@standard(layers.RNN, layers.SimpleRNN, layers.LSTM, layers.GRU)
def recurrent(call: Call) -> Operations:
    """The cell, once for each step."""
    steps, *rest = call.input_shape
    return count(call.layer.cell, (tuple(rest),), ()) * steps


@standard(layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D)
def convolutional_lstm(call: Call) -> Operations:
    """An LSTM whose products are convolutions.

    Reference:
        Shi et al. 2015, arXiv:1506.04214, without the peepholes.
    """
    cell = call.layer.cell
    last = cell.data_format == "channels_last"
    shape = call.output_shape[-len(call.input_shape) + 1 :]  # of one step
    places = math.prod(shape[:-1] if last else shape[1:])
    channels = call.input_shape[-1 if last else 1]
    values = places * cell.filters
    done = Operations(
        macs=4 * values * math.prod(cell.kernel_size) * (channels + cell.filters),
        additions=4 * values * (1 + cell.use_bias) + values,
        multiplications=3 * values,
    )
    return (done + gates(cell, 3, 2, (values,))) * call.input_shape[0]


@standard(layers.Bidirectional)
def bidirectional(call: Call) -> Operations:
    """Both layers, and their merge."""
    layer = call.layer
    done = count(layer.forward_layer, call.inputs, ()) + count(layer.backward_layer, call.inputs, ())
    merges = {
        "concat": Operations(),
        None: Operations(),
        "sum": Operations(additions=1),
        "mul": Operations(multiplications=1),
        "ave": Operations(additions=1, divisions=1),
    }
    return done + merges[layer.merge_mode] * call.elements


@standard(layers.TimeDistributed)
def time_distributed(call: Call) -> Operations:
    """The layer, once for each step."""
    steps = call.input_shape[0]
    return count(call.layer.layer, (call.input_shape[1:],), (call.output_shape[1:],)) * steps


@standard(layers.SpectralNormalization)
def spectral(call: Call) -> Operations:
    """The layer: its weights are normalised in training."""
    return count(call.layer.layer, call.inputs, call.outputs)
