"""Models of Keras on the command line: `keras:ResNet50`, or a saved model's file, read and never run."""

import difflib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inception_lab.architecture.cost import Cost

APPLICATION = "keras:"
SUFFIXES = (".keras", ".h5", ".hdf5")


def is_keras(name: str) -> bool:
    """Whether a command's NETWORK means a model of Keras: by its start, or as a file."""
    return name.startswith(APPLICATION) or name.endswith(SUFFIXES) or Path(name).is_file()


def counted(
    network: str, *, input: tuple[int, int] | None = None, classes: int | None = None, **others: Any
) -> Cost:
    """Count the model that a command names."""
    saved = not network.startswith(APPLICATION)
    for option, value in {**others, "classes": classes if saved else None}.items():
        if value is not None:
            raise ValueError(f"{network} has no option --{option}.")
    from inception_lab.model.counting import cost

    if not saved:
        return cost(_application(network, input, classes))
    model = _saved(Path(network))
    shapes = getattr(model, "input_shape", None)
    channels = shapes[-1] if isinstance(shapes, tuple) and len(shapes) == 4 else 3
    return cost(model, input and (*input, channels))


def _application(network: str, input: tuple[int, int] | None, classes: int | None) -> Any:
    """Build one of Keras Applications, without weights."""
    from inception_lab.model.backend import keras

    known = {
        name.lower(): name
        for name, make in vars(keras.applications).items()
        if callable(make) and name[0].isupper()
    }
    name = network.removeprefix(APPLICATION)
    if name not in known.values():
        close = difflib.get_close_matches(name.lower(), known)
        meant = f" Close to it: {', '.join(APPLICATION + known[each] for each in close)}." if close else ""
        raise ValueError(
            f"`network` must be one of Keras Applications. Received: network={network!r}.{meant}"
        )
    make = getattr(keras.applications, name)
    options = {"weights": None, "classes": classes, "input_shape": input and (*input, 3)}
    given = {name: value for name, value in options.items() if value is not None or name == "weights"}
    try:
        return make(**given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{network} must take these options. Received: {error}") from error


def _saved(path: Path) -> Any:
    """Make a model from its file's description; its weights are not needed, and no code of it is run."""
    config, version = _described(path)
    layers = list(_layers(config))
    lambdas = [layer["config"].get("name", "?") for layer in layers if layer["class_name"] == "Lambda"]
    if lambdas:
        raise ValueError(
            f"`{path}` must hold no Lambda layers, whose code is not run here. Received: "
            f"{', '.join(map(repr, lambdas))}. If you trust the file, count it in Python: "
            f"lab.cost(keras.saving.load_model('{path}', safe_mode=False))."
        )
    from inception_lab.model.registered import keras

    def is_known(layer: dict[str, Any]) -> bool:
        name = layer.get("registered_name") or ""
        if ">" in name:
            return name.startswith("inception_lab>") and bool(keras.saving.get_registered_object(name))
        return bool((layer.get("module") or "keras").startswith("keras"))

    strange = {layer["class_name"] for layer in layers if not is_known(layer)}
    if strange:
        raise ValueError(
            f"`{path}` must hold layers of Keras or of this package. Received: {', '.join(sorted(strange))}. "
            "Import their classes in Python, load the model with keras.saving.load_model and count it with "
            "lab.cost."
        )
    try:
        if path.suffix == ".keras":
            return keras.saving.deserialize_keras_object(config, safe_mode=True)
        return keras.saving.load_model(path, compile=False)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        newer = version and _numbers(version) > _numbers(keras.__version__)
        why = f"it was written by Keras {version}, newer than {keras.__version__} here" if newer else error
        said = " ".join(str(why).split())[:200]
        raise ValueError(f"`{path}` must be a model that this Keras can read. Received: {said}.") from error


def _described(path: Path) -> tuple[Any, str | None]:
    """Return the description in a saved model's file, and the version of Keras that wrote it."""
    weights = (
        f"`{path}` must be a saved model. Received: a file of weights, which holds no layers; "
        f"save the model with model.save('model.keras')."
    )
    if not path.is_file():
        raise ValueError(f"`network` must be a known network or the file of a saved model. Received: {path}.")
    if path.name.endswith(".weights.h5"):
        raise ValueError(weights)
    try:
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                metadata = json.loads(archive.read("metadata.json"))
                return json.loads(archive.read("config.json")), metadata.get("keras_version")
        import h5py

        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise ValueError(weights)
            version = file.attrs.get("keras_version")
            return json.loads(file.attrs["model_config"]), None if version is None else str(version)
    except (OSError, KeyError, zipfile.BadZipFile, json.JSONDecodeError) as error:
        raise ValueError(f"`{path}` must be a saved model of Keras. Received: {error}.") from error


def _layers(config: Any) -> Iterator[dict[str, Any]]:
    """Walk through all descriptions of layers, and of whatever else has a class, in a model's description."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str) and isinstance(config.get("config"), dict):
            yield config
        for value in config.values():
            yield from _layers(value)
    elif isinstance(config, list):
        for value in config:
            yield from _layers(value)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
