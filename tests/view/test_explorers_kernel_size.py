"""`explore.kernel_size()`: how large a window fits."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from inception_lab.view import pictures
from inception_lab.view.explorers.kernel_size import KernelSize
from tests.view import walking

GALAXIES = {"A": (272, 364), "B": (90, 97), "C": (70, 301), "D": (257, 54)}  # column, row


@pytest.fixture(scope="module")
def shared() -> KernelSize:
    return KernelSize()


@pytest.fixture
def explorer(shared: KernelSize) -> KernelSize:
    shared.reset()
    return shared


@pytest.mark.parametrize(
    ("galaxy", "best", "peak", "shrunk"),
    [("A", 9, 0.54, 3), ("B", 17, 0.57, 5), ("C", 33, 0.60, 9), ("D", 63, 0.61, 17)],
)
def test_four_galaxies_four_rulers(
    explorer: KernelSize, galaxy: str, best: int, peak: float, shrunk: int
) -> None:
    explorer.choose(f"galaxy {galaxy}")
    assert (explorer.state["column"], explorer.state["row"]) == GALAXIES[galaxy]
    assert explorer.result.best == best
    assert max(explorer.result.answers) == pytest.approx(peak, abs=0.005)
    assert f"The best window there is {best}×{best}" in explorer.readout
    explorer.set(shrink=4)
    assert explorer.result.best == shrunk


@pytest.mark.parametrize("galaxy", GALAXIES)
@pytest.mark.parametrize(("kind", "best"), [("mean", 3), ("sum", 127)])
def test_an_all_ones_filter_prefers_an_end(explorer: KernelSize, galaxy: str, kind: str, best: int) -> None:
    column, row = GALAXIES[galaxy]
    explorer.set(column=column, row=row, kind=kind)
    assert explorer.result.best == best


def test_the_filter_finds_bright_blobs_and_fails_on_a_cup(explorer: KernelSize) -> None:
    strongest = {}
    for name in explorer.presets:
        explorer.choose(name)
        strongest[name] = max(explorer.result.answers)
    assert all(answer > 0.5 for name, answer in strongest.items() if name.startswith("galaxy"))
    assert strongest["coffee"] < 0.1


@pytest.mark.parametrize(
    "state",
    [{}, {"side": 63, "shrink": 2}, {"photo": "coins", "column": 10, "row": 5}, {"kind": "sum", "side": 127}],
)
def test_lines_and_frames_stand_where_the_numbers_say(
    explorer: KernelSize, state: dict[str, int | str]
) -> None:
    explorer.set(**state)
    result, now = explorer.result, explorer.state
    assert walking.points(explorer._curve) == (list(range(3, 128, 2)), list(result.answers))
    assert walking.points(explorer._here) == ([now["side"]], [result.answers[(now["side"] - 3) // 2]])
    assert walking.points(explorer._best) == ([result.best], [max(result.answers)])
    bottom, top = explorer._curve_axes.get_ylim()
    assert bottom <= min(result.answers)
    assert max(result.answers) <= top
    for outline in explorer._outlines:
        assert isinstance(outline, Rectangle)
        assert outline.get_width() == outline.get_height() == now["side"]
        x, y = outline.get_xy()
        centre = (x + now["side"] / 2, y + now["side"] / 2)
        assert centre == (now["column"] // now["shrink"], now["row"] // now["shrink"])
    assert np.asarray(explorer._content.get_array()).shape == (now["side"], now["side"])
    assert np.array_equal(np.asarray(explorer._image.get_array()), pictures.gray(now["photo"], now["shrink"]))
    assert f"k = {now['side']}," in explorer._label.get_text()


def test_the_window_holds_what_the_frame_surrounds(explorer: KernelSize) -> None:
    explorer.set(side=9)
    photo = pictures.gray("galaxies")
    assert np.array_equal(
        np.asarray(explorer._content.get_array()), photo[364 - 4 : 364 + 5, 272 - 4 : 272 + 5]
    )


def test_snapping_walks_to_the_bright_centre(explorer: KernelSize) -> None:
    explorer.set(column=275, row=361)
    off = max(explorer.result.answers)
    explorer.set(snap=True)
    assert abs(explorer.result.column - 272) <= 1
    assert abs(explorer.result.row - 364) <= 1
    assert max(explorer.result.answers) > 1.5 * off
    assert f"column {explorer.result.column}, row {explorer.result.row}" in explorer.readout


@pytest.mark.parametrize("side", [4, 16, 126])
def test_an_even_side_is_taken_back_and_says_why(explorer: KernelSize, side: int) -> None:
    picture = walking.pixels(explorer)
    explorer.controls["side"].value = side
    assert explorer.state["side"] == 17
    assert (walking.pixels(explorer) == picture).all()
    why = "Not possible: the window's side must be odd, so that it has a centre."
    assert explorer.widget.said["why_not"] == why
    explorer.controls["side"].value = 19
    assert "alert" not in walking.shown(explorer)
    assert explorer.result.state["side"] == 19


def test_setting_an_even_side_changes_nothing(explorer: KernelSize) -> None:
    state, picture = explorer.state, walking.shown(explorer)
    with pytest.raises(ValueError, match="odd") as caught:
        explorer.set(side=18, column=3)
    assert str(caught.value) == "the window's side must be odd, so that it has a centre"
    assert (explorer.state, walking.shown(explorer)) == (state, picture)


def test_places_beyond_a_smaller_photo_are_on_its_edge(explorer: KernelSize) -> None:
    for photo in pictures.PHOTOS:
        explorer.set(photo=photo, column=379, row=419)
        height, width = pictures.gray(photo).shape
        assert (explorer.result.column, explorer.result.row) == (min(379, width - 1), min(419, height - 1))


@pytest.mark.parametrize("room", [330, 694, 1100])
def test_the_middle_of_a_small_window_moves_it_and_its_corner_changes_its_size(room: float) -> None:
    explorer = KernelSize(side=9)
    explorer.fit(room)
    move, corner = (box for *box, hint, _ in explorer.widget.handles if "window" in hint)
    x, y = (move[0] + move[2]) / 2, (move[1] + move[3]) / 2
    assert not (corner[0] <= x <= corner[2] and corner[1] <= y <= corner[3])
    right, lower = explorer._photo_axes.transData.transform(np.add(explorer._middle, 4.5))
    width, height = explorer.figure.bbox.size
    assert corner[0] <= right / width <= corner[2]
    assert corner[1] <= lower / height <= corner[3]
