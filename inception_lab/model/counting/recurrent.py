"""Rules for layers that hold other layers or cells: recurrent ones and wrappers."""

import math
from typing import Any

from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras
from inception_lab.model.counting.pointwise import function_operations
from inception_lab.model.counting.rules import Call, count, standard

layers = keras.layers
MERGES = {
    "concat": Operations(),
    None: Operations(),
    "sum": Operations(additions=1),
    "mul": Operations(multiplications=1),
    "ave": Operations(additions=1, divisions=1),
}


def _gates(layer: Any, inner: int, outer: int, values: int) -> Operations:
    """Count activations of gates: `inner` recurrent ones and `outer` others."""
    recurrent = function_operations(layer.recurrent_activation, (values,))
    return recurrent * inner + function_operations(layer.activation, (values,)) * outer


def _simple_cell(call: Call) -> Operations:
    """H = tanh(W·x + U·h + b)."""
    layer, units = call.layer, call.layer.units
    products = Operations(macs=units * (call.input_shape[-1] + units), additions=units * (1 + layer.use_bias))
    return products + function_operations(layer.activation, (units,))


def _lstm(layer: Any, values: int, terms: int) -> Operations:
    """Four gates, each value a sum of so many products; c = f·c + i·g; h = o·tanh(c).

    Reference:
        Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    additions = 4 * values * (1 + layer.use_bias) + values
    done = Operations(macs=4 * values * terms, additions=additions, multiplications=3 * values)
    return done + _gates(layer, 3, 2, values)


def _gru_cell(call: Call) -> Operations:
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
    return done + _gates(layer, 2, 1, units)


def _stacked_cells(call: Call) -> Operations:
    done, shape = Operations(), call.input_shape
    for cell in call.layer.cells:
        done += count(cell, (shape,), ())
        sizes = cell.output_size
        shape = (sizes,) if isinstance(sizes, int) else tuple(sizes)
    return done


def _convolutional_lstm(call: Call) -> Operations:
    """An LSTM whose products are convolutions: Shi et al. 2015, arXiv:1506.04214, without the peepholes."""
    cell = call.layer.cell
    last = cell.data_format == "channels_last"
    shape = call.output_shape[-len(call.input_shape) + 1 :]  # of one step
    places = math.prod(shape[:-1] if last else shape[1:])
    terms = math.prod(cell.kernel_size) * (call.input_shape[-1 if last else 1] + cell.filters)
    return _lstm(cell, places * cell.filters, terms) * call.input_shape[0]


def _bidirectional(call: Call) -> Operations:
    layer = call.layer
    done = count(layer.forward_layer, call.inputs, ()) + count(layer.backward_layer, call.inputs, ())
    return done + MERGES[layer.merge_mode] * call.elements


standard(
    {
        layers.SimpleRNNCell: _simple_cell,
        layers.LSTMCell: lambda call: _lstm(
            call.layer, call.layer.units, call.input_shape[-1] + call.layer.units
        ),
        layers.GRUCell: _gru_cell,
        layers.StackedRNNCells: _stacked_cells,
        # The cell, or the layer, once for each step.
        (layers.RNN, layers.SimpleRNN, layers.LSTM, layers.GRU): lambda call: (
            count(call.layer.cell, (call.input_shape[1:],), ()) * call.input_shape[0]
        ),
        (layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D): _convolutional_lstm,
        layers.Bidirectional: _bidirectional,
        layers.TimeDistributed: lambda call: (
            count(call.layer.layer, (call.input_shape[1:],), (call.output_shape[1:],)) * call.input_shape[0]
        ),
        # Its weights are normalised in training alone.
        layers.SpectralNormalization: lambda call: count(call.layer.layer, call.inputs, call.outputs),
    }
)
