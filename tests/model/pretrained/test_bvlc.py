"""BVLC's weights in Keras, against two engines that run the ONNX file itself; files that are not they."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data

import inception_lab as lab
from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.model.data.preparation import Preparation
from inception_lab.model.inside.branches import branch_maps, modules
from inception_lab.model.pretrained import bvlc as weights
from inception_lab.model.pretrained.onnx_file import read_weights

PHOTOS = ("chelsea", "coffee", "rocket", "astronaut")
MEAN = (104.0, 117.0, 123.0)


@pytest.fixture(scope="module")
def file(shared: Path) -> Path:
    return shared / "weights" / "bvlc_googlenet.onnx"


@pytest.fixture(scope="module")
def batch() -> Any:
    """Photographs as Caffe takes them, by OpenCV's own means: (batch, 3, 224, 224), BGR less the mean."""
    bgr = [np.ascontiguousarray(getattr(skimage.data, name)()[..., ::-1]) for name in PHOTOS]
    return np.asarray(cv2.dnn.blobFromImages(bgr, 1.0, (224, 224), MEAN, swapRB=False))


@pytest.fixture(scope="module")
def runtime(file: Path, batch: Any) -> dict[str, Any]:
    """What ONNX Runtime makes of them: the probabilities, and every module's output."""
    import onnx
    import onnxruntime

    model = onnx.load(str(file))
    outputs = [f"inception_{name}/output_1" for name in TABLE_1]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, 1, None) for name in outputs)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = [session.run(["prob_1", *outputs], {"data_0": batch[n : n + 1]}) for n in range(len(batch))]
    return dict(zip(("prob_1", *outputs), map(np.concatenate, zip(*found, strict=True)), strict=True))


def last(array: Any) -> Any:
    """The same with channels last."""
    return np.ascontiguousarray(np.moveaxis(array, 1, -1))


# Exactness ----------------------------------------------------------------------------------------


def test_every_tensor_is_used_exactly_once(file: Path, bvlc: Any) -> None:
    import onnx

    tensors = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in onnx.load(str(file)).graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT
    }
    assert len(tensors) == 116
    assert bvlc.model.count_params() == 6_998_552 == sum(tensor.size for tensor in tensors.values())
    for layer in bvlc.model.layers:
        for weight, end in zip(layer.get_weights(), ("w_0", "b_0"), strict=False):
            name = next(name for name in tensors if name.replace("/", "_") == f"{layer.name}_{end}")
            tensor = tensors.pop(name)
            expected = {4: lambda t: t.transpose(2, 3, 1, 0), 2: lambda t: t.T, 1: lambda t: t}[tensor.ndim](
                tensor
            )
            np.testing.assert_array_equal(weight, expected)
    assert tensors == {}


def test_all_probabilities_agree_with_onnx_runtime(bvlc: Any, batch: Any, runtime: dict[str, Any]) -> None:
    found = bvlc.model.predict_on_batch(last(batch))
    assert np.abs(found - runtime["prob_1"]).max() < 1e-4
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_all_probabilities_agree_with_opencv(bvlc: Any, batch: Any, file: Path) -> None:
    engine = cv2.dnn.readNetFromONNX(str(file))
    found = bvlc.model.predict_on_batch(last(batch))
    for number in range(len(batch)):
        engine.setInput(batch[number : number + 1])
        assert np.abs(found[number] - engine.forward().ravel()).max() < 1e-4


def test_every_modules_output_agrees(bvlc: Any, batch: Any, runtime: dict[str, Any]) -> None:
    maps = branch_maps(bvlc.model, last(batch))
    assert list(maps) == [f"inception_{name}" for name in TABLE_1]
    for module, branches in maps.items():
        found = np.concatenate(list(branches.values()), axis=-1)
        expected = last(runtime[f"{module}/output_1"])
        assert np.abs(found - expected).max() < 1e-3 * np.abs(expected).max(), module


def test_the_shuttle(shared: Path, bvlc: Any) -> None:
    top = bvlc.top(lab.read_photo(shared / "photos" / "space_shuttle.jpg"), 2)
    assert (top[0].index, top[0].label) == (812, "space shuttle")
    assert f"{top[0].probability:.2%}" == "99.99%"
    assert top[1].probability < 1e-4


def test_bfloat16_costs_a_hundredth_at_most(file: Path, bvlc: Any, batch: Any) -> None:
    model = lab.classifier(file, precision="bfloat16").model
    difference = model.predict_on_batch(last(batch)) - bvlc.model.predict_on_batch(last(batch))
    assert 1e-5 < np.abs(difference).max() < 0.02
    assert model.get_layer("inception_3a_1x1").compute_dtype == "bfloat16"


def test_the_model_says_what_it_is(bvlc: Any) -> None:
    assert bvlc.model.input_shape == (None, 224, 224, 3)
    assert bvlc.model.output_shape == (None, 1000)
    assert bvlc.model.layers[-1].name == "probabilities"
    assert modules(bvlc.model) == tuple(f"inception_{name}" for name in TABLE_1)
    with pytest.raises(ValueError, match="`precision` must be one of 'float32', 'bfloat16', 'float16'"):
        lab.classifier(precision="float64")


# Files with other names, and files that are something else ------------------------------------------


def changed(file: Path, folder: Path, change: Callable[[Any], Any]) -> Path:
    """The file with a change made to its graph."""
    import onnx

    model = onnx.load(str(file))
    change(model.graph)
    path = folder / "changed.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def rename(graph: Any) -> None:
    """Give every tensor a number for a name."""
    numbers: dict[str, str] = {}

    def number(name: str) -> str:
        return numbers.setdefault(name, f"t{len(numbers)}")

    for node in graph.node:
        node.input[:] = [number(name) for name in node.input]
        node.output[:] = [number(name) for name in node.output]
    for value in (*graph.initializer, *graph.input, *graph.output):
        value.name = number(value.name)


def test_other_names_are_refused_and_shown(file: Path, tmp_path: Path) -> None:
    path = changed(file, tmp_path, rename)
    with pytest.raises(ValueError, match="with tensors called 't") as caught:
        read_weights(path, lab.googlenet())
    found, expected = str(caught.value).split(" … instead of ")
    assert found.startswith(f"The weights must be those of this network. Received: {path}, with tensors call")
    assert expected == "'conv1/7x7_s2_b_0', 'conv1/7x7_s2_w_0', 'conv2/3x3_b_0' …."


def tensor(graph: Any, name: str) -> Any:
    return next(tensor for tensor in graph.initializer if tensor.name == name)


def drop_tensor(graph: Any) -> None:
    graph.initializer.remove(tensor(graph, "inception_3a/1x1_b_0"))


def add_tensor(graph: Any) -> None:
    import onnx

    graph.initializer.append(onnx.numpy_helper.from_array(np.ones(3, np.float32), "loss1/classifier_w_0"))


def shrink(graph: Any) -> None:
    import onnx

    small = onnx.numpy_helper.from_array(np.zeros((32, 16, 3, 3), np.float32), "inception_3a/5x5_w_0")
    tensor(graph, "inception_3a/5x5_w_0").CopyFrom(small)


def spoil(graph: Any) -> None:
    import onnx

    broken = onnx.numpy_helper.from_array(np.full(64, np.nan, np.float32), "conv1/7x7_s2_b_0")
    tensor(graph, "conv1/7x7_s2_b_0").CopyFrom(broken)


def cut_tensor(graph: Any) -> None:
    found = tensor(graph, "conv1/7x7_s2_b_0")
    content = found.raw_data or np.asarray(found.float_data, np.float32).tobytes()
    found.ClearField("float_data")
    found.raw_data = content[:100]


def keep_elsewhere(graph: Any) -> None:
    import onnx

    found = tensor(graph, "conv1/7x7_s2_b_0")
    found.data_location = onnx.TensorProto.EXTERNAL
    found.external_data.add(key="location", value="elsewhere.bin")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (drop_tensor, "without the tensor 'inception_3a/1x1_b_0'"),
        (add_tensor, "with a tensor that this network has no use for, 'loss1/classifier_w_0'"),
        (shrink, "'inception_3a/5x5_w_0' of shape (32, 16, 3, 3) instead of (32, 16, 5, 5)"),
        (spoil, "'conv1/7x7_s2_b_0' with values that are no numbers"),
        (keep_elsewhere, "'conv1/7x7_s2_b_0' kept in another file"),
    ],
)
def test_an_altered_file_is_refused(
    file: Path, tmp_path: Path, change: Callable[[Any], None], what: str
) -> None:
    path = changed(file, tmp_path, change)
    with pytest.raises(ValueError, match="must be those of this network") as caught:
        lab.classifier(path)
    assert str(caught.value) == f"The weights must be those of this network. Received: {path}, {what}."


def test_a_tensor_cut_short_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'conv1/7x7_s2_b_0' damaged \([^\n]*\)\.$"):
        lab.classifier(changed(file, tmp_path, cut_tensor))


def test_a_foreign_network_is_refused(tmp_path: Path) -> None:
    import onnx

    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Sigmoid", ["x"], ["y"])], "g", [info("x", 1, [1])], [info("y", 1, [1])]
    )
    path = tmp_path / "foreign.onnx"
    onnx.save(onnx.helper.make_model(graph), str(path))
    with pytest.raises(ValueError, match=r"called nothing … instead of 'conv1/7x7_s2_b_0'"):
        lab.classifier(path)


DAMAGED = "must be a whole ONNX file. Received: {path}, which is damaged or something else."


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.onnx", b"\x80\x04\x95\x10", "a Python pickle, which is never opened"),
        ("a.pth", b"PK\x03\x04....", "a zip archive, such as PyTorch and Keras write"),
        ("a.h5", b"\x89HDF\r\n", "an HDF5 file"),
        ("a.onnx", b"\n\x09GoogleNet", "a Caffe model"),
        ("bvlc_googlenet.caffemodel", b"\x08\x07", "a file of Caffe's"),
        ("a.onnx", b"<!DOCTYPE html>", "a web page"),
        ("a.onnx", b"version https://git-lfs.example/v1", "a pointer of Git LFS, not the file itself"),
        ("a.onnx", b"", "an empty file"),
    ],
)
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match="must be an ONNX file") as caught:
        lab.classifier(path)
    assert str(caught.value) == f"The weights must be an ONNX file. Received: {path}, which is {what}."


def test_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(b"\x08\x09 and then nonsense")
    with pytest.raises(ValueError, match="must be a whole ONNX file") as caught:
        lab.classifier(path)
    assert str(caught.value) == f"The weights {DAMAGED.format(path=path)}"


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_truncated_file_is_refused(file: Path, tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.onnx"
    content = file.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="must be") as caught:
        lab.classifier(path)
    assert str(caught.value) == f"The weights {DAMAGED.format(path=path)}"


def test_without_the_package_it_says_what_to_install(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModuleNotFoundError, match="takes the package onnx") as caught:
        lab.classifier(file)
    assert str(caught.value) == "Reading weights takes the package onnx: pip install onnx"


# Where the file is found ----------------------------------------------------------------------------


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without weights, names and network."""
    monkeypatch.setenv("INCEPTION_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("INCEPTION_LAB_WEIGHTS", raising=False)
    monkeypatch.setattr(weights, "fetch", lambda _: pytest.fail("asked the network"))
    return tmp_path


def test_the_environment_names_a_file_or_a_folder(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, ours = nowhere / "mine.onnx", nowhere / "ours"
    mine.touch()
    ours.mkdir()
    (ours / "some.onnx").touch()
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(mine))
    assert weights.find_weights() == mine
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(ours))
    assert weights.find_weights() == ours / "some.onnx"
    (ours / "googlenet-9.onnx").touch()
    assert weights.find_weights() == ours / "googlenet-9.onnx"


def test_a_place_that_holds_none_is_not_passed_over(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = nowhere / "none.onnx"
    with pytest.raises(ValueError, match="not found") as caught:
        lab.classifier(missing)
    assert str(caught.value) == (
        "`source` must be 'bvlc', 'digits', a file of weights, a folder with one or a run's directory. "
        f"Received: {missing}, not found."
    )
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(missing))
    with pytest.raises(ValueError, match="not found") as caught:
        weights.find_weights()
    assert str(caught.value) == (
        "INCEPTION_LAB_WEIGHTS must be a file of weights or a folder with one. "
        f"Received: {missing}, not found."
    )
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(nowhere))
    with pytest.raises(ValueError, match="none") as caught:
        weights.find_weights()
    assert str(caught.value) == (
        f"INCEPTION_LAB_WEIGHTS must be a folder with one file *.onnx. Received: {nowhere} with none."
    )
    for name in ("a.onnx", "b.onnx"):
        (nowhere / name).touch()
    with pytest.raises(ValueError, match=r"with a\.onnx, b\.onnx\.$"):
        weights.find_weights()


# Names and preparation ------------------------------------------------------------------------------


def test_names_come_from_keras_then_from_the_list_then_are_numbers(nowhere: Path) -> None:
    beside = nowhere / "weights.onnx"
    assert weights.class_names(beside) == tuple(map(str, range(1000)))
    lines = "\n".join(f"n{n:08} thing {n}, other name" for n in range(1000))
    (nowhere / "synset_words.txt").write_text(lines + "\n", encoding="utf-8")
    assert weights.class_names(beside)[812] == "thing 812"
    index = {str(n): [f"n{n:08}", f"keras_thing_{n}"] for n in range(1000)}
    (nowhere / "keras" / "models").mkdir(parents=True)
    path = nowhere / "keras" / "models" / "imagenet_class_index.json"
    path.write_text(json.dumps(index)[:-1], encoding="utf-8")  # damaged
    assert weights.class_names(beside)[812] == "thing 812"
    path.write_text(json.dumps(index), encoding="utf-8")
    assert weights.class_names(beside)[812] == "keras thing 812"


def test_preparation_is_arithmetic() -> None:
    red = np.zeros((224, 224, 3), np.uint8)
    red[..., 0] = 200
    np.testing.assert_array_equal(Preparation()(red)[0, 0, 0], [-104, -117, 200 - 123])
    grey = Preparation(4, 6, channels="RGB", mean=(10, 20, 30), scale=2)(np.full((4, 6), 50, np.uint8))
    assert grey.shape == (1, 4, 6, 3)
    np.testing.assert_array_equal(grey[0, 3, 5], [20, 15, 10])


def test_squash_shows_all_and_crop_the_middle() -> None:
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, :20] = 100  # outside the central square
    assert Preparation(40, 40).resized(wide)[:, :10].min() == 100
    assert Preparation(40, 40, fit="crop").resized(wide).max() == 0
    assert Preparation(20, 40, fit="crop").resized(wide)[:, :10].min() == 100


@pytest.mark.parametrize("channels", ["BGR", "RGB"])
def test_what_was_prepared_can_be_undone(channels: Any) -> None:
    picture = skimage.data.chelsea()
    prepare = Preparation(300, 451, channels=channels, scale=3.7)
    np.testing.assert_array_equal(prepare.undone(prepare(picture))[0], picture)
    assert not prepare.values(np.full((1, 1, 3), prepare.background)).any()


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8), np.zeros(4, np.uint8)]
)
def test_what_is_no_picture_is_not_prepared(picture: Any) -> None:
    with pytest.raises(ValueError, match="A picture must be uint8") as caught:
        Preparation()(picture)
    assert str(caught.value).endswith(f"Received: {picture.dtype} of shape {picture.shape}.")
