"""Figures of whole networks: their geometry says the numbers."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import inception_lab as lab
from inception_lab import diagrams, figures
from inception_lab.model.inside.effective import EffectiveField


def blocks(figure: Figure) -> list[Rectangle]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


def test_a_network_is_a_block_a_module_with_heads_below() -> None:
    network = lab.googlenet(auxiliary=True)
    figure = diagrams.plot_network(network)
    modules = lab.cost(network).by_module()
    found = blocks(figure)
    assert len(found) == len(modules)
    for block, (name, module) in zip(found, modules.items(), strict=True):
        shape = module.output_shape
        if len(shape) == 3:
            assert block.get_height() == pytest.approx(2 * math.log2(shape[0]) / 4)
        below = block.get_y() + block.get_height() < -1
        assert below is (name in ("loss1", "loss2"))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "7²\n1,024" in texts
    assert "loss1\n1,000" in texts


def test_an_unfolded_module_is_drawn_below() -> None:
    figure = diagrams.plot_network(lab.googlenet(), unfold="inception_4e")
    top, below = figure.axes
    assert [patch.get_linewidth() for patch in top.patches].count(2.4) == 1
    assert "5×5 conv\n128 filters" in [text.get_text() for text in below.texts]


def test_labels_of_blocks_lie_apart() -> None:
    for describe in lab.zoo.NETWORKS.values():
        network = describe()
        names = [name.removeprefix("inception_") for name in lab.cost(network).by_module()]
        figure = diagrams.plot_network(network)
        boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text() in names]
        assert len(boxes) == len(names)
        assert not any(one.overlaps(other) for one, other in pairwise(boxes)), network.name
        assert all(box.y0 > 0 for box in boxes), network.name


@pytest.mark.parametrize("unfold", ["3z", "1x1", "loss3"])
def test_what_cannot_be_unfolded_is_refused_and_the_names_are_listed(unfold: str) -> None:
    able = [
        "conv1",
        "pool1",
        "conv2",
        "pool2",
        "3a",
        "3b",
        "pool3",
        "4a",
        "4b",
        "4c",
        "4d",
        "4e",
        "pool4",
        "5a",
        "5b",
        "pool5",
    ]
    listed = ", ".join(f"'inception_{name}'" if name in lab.TABLE_1 else f"'{name}'" for name in able)
    with pytest.raises(ValueError, match="unfold") as caught:
        diagrams.plot_network(lab.googlenet(), unfold=unfold)
    said = f"`unfold` must be one of {listed}. Received: unfold='{unfold}' (in 'googlenet')."
    assert str(caught.value) == said


def test_reach_boxes_are_as_wide_as_their_fields_around_the_unit() -> None:
    density = np.zeros((40, 60))
    density[20, 30] = 1
    figure = figures.plot_reach(
        np.zeros((40, 60, 3)), {"unit": (EffectiveField(density, (20.5, 30.5)), 7, 21)}
    )
    largest, effective = (patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle))
    assert (largest.get_width(), effective.get_width()) == (21, 7)
    assert (effective.get_x() + 3.5, effective.get_y() + 3.5) == (30, 20)
    assert figure.axes[0].get_title(loc="left") == "unit\nat most 21 px (—)\n90 % in 7 px (- -)"


def test_reach_beyond_the_photograph_is_cut_off_and_photographs_stay_equally_large() -> None:
    field = EffectiveField(np.eye(60), (30.5, 30.5))
    figure = figures.plot_reach(
        np.zeros((60, 60, 3)), {"within": (field, 7, 21), "wider": (field, 7, 62), "far": (field, 70, 300)}
    )
    assert {ax.get_xlim() for ax in figure.axes} == {(-9, 69)}  # 62 reaches 1 pixel out, and 8 are left
    said = [ax.get_title(loc="left").splitlines()[1] for ax in figure.axes]
    assert said == ["at most 21 px (—)", "at most 62 px (—)", "at most 300 px (outside)"]
    *_, effective = (patch for patch in figure.axes[2].patches if isinstance(patch, Rectangle))
    assert tuple(effective.get_bbox().extents) == (-0.5, -0.5, 59.5, 59.5)  # of 70, what the photo has


def test_the_zoo_is_placed_by_cost_and_accuracy_with_areas_by_parameters() -> None:
    networks = {"googlenet": (1.6e9, 69.0, 7e6), "vgg16": (15.5e9, 71.5, 138e6)}
    ax = figures.plot_zoo(networks)
    discs = [artist for artist in ax.collections if isinstance(artist, PathCollection)]
    places = [tuple(np.asarray(disc.get_offsets())[0]) for disc in discs]
    assert places == [(1.6e9, 69.0), (15.5e9, 71.5)]
    first, second = (disc.get_sizes()[0] for disc in discs)
    assert second / first == pytest.approx(138 / 7)
    assert sorted(text.get_text() for text in ax.texts) == ["googlenet, 7.00 M", "vgg16, 138.0 M"]


def test_labels_of_the_zoo_lie_apart_beside_other_discs_and_within_the_axes() -> None:
    stored = lab.paper.imagenet_accuracy()
    networks = {}
    for entry in stored:
        costs = lab.cost(
            lab.zoo.NETWORKS[entry.network](**({"variant": entry.variant} if entry.variant else {}))
        )
        networks[f"{entry.network} {entry.variant}"] = (costs.macs, entry.top1, costs.parameters)
    ax = figures.plot_zoo(networks)
    ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == len(ax.collections) == len(stored)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    leaders = [line.get_transform().transform_path(line.get_path()) for line in ax.lines]
    assert leaders
    assert not any(leader.intersects_bbox(box) for leader in leaders for box in boxes)
    for disc in (each for each in ax.collections if isinstance(each, PathCollection)):
        (x, y), radius = (
            ax.transData.transform(disc.get_offsets())[0],
            math.sqrt(disc.get_sizes()[0] / math.pi),
        )
        for box in boxes:  # from the disc's middle to the box's nearest point
            away = math.hypot(x - min(max(x, box.x0), box.x1), y - min(max(y, box.y0), box.y1))
            assert away > radius
    starts = {tuple(np.asarray(line.get_xydata())[0]) for line in ax.lines}
    close = set()
    for text, box in zip(ax.texts, boxes, strict=True):
        name = text.get_text().rsplit(", ", 1)[0]
        others = (row for other, row in networks.items() if other != name)
        for macs, top1, parameters in others:
            (x, y), radius = ax.transData.transform((macs, top1)), math.sqrt(parameters / 4e4 / math.pi)
            away = math.hypot(x - min(max(x, box.x0), box.x1), y - min(max(y, box.y0), box.y1))
            if away * 72 / figures.DPI < radius + 7:
                close.add(networks[name][:2])
    assert close
    assert close <= starts  # a line says whose label it is
    assert all(ax.bbox.x0 < box.x0 and box.x1 < ax.bbox.x1 for box in boxes)


def test_runs_are_dots_with_a_bar_at_their_mean() -> None:
    ax = figures.plot_runs({"half": (1e6, (90.0, 92.0, 94.0))}, xlabel="MACs", ylabel="accuracy, %")
    dots, mean = ax.lines
    assert list(np.asarray(dots.get_ydata())) == [90, 92, 94]
    assert list(np.asarray(mean.get_ydata())) == [92]
    assert [text.get_text() for text in ax.texts] == ["half"]
