"""Keras as `lab.keras` gives it: it knows this project's layers, loss, schedule and optimizer.

So `lab.keras.models.load_model` reads, in a new session too, what was saved with them.
"""

from inception_lab.model import layers as layers
from inception_lab.model.backend import keras as keras
from inception_lab.model.data import augment as augment
from inception_lab.model.training import optimizer as optimizer
