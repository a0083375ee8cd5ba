"""`explore.network()` against the spec it draws."""

import re

import pytest

import inception_lab as lab
from inception_lab.view.explorers.network import BUDGET, ROWS, Network, by_row


@pytest.fixture
def explorer() -> Network:
    return Network()


def test_the_rows_are_table_1s_with_their_poolings(explorer: Network) -> None:
    rows = explorer.result.by_row
    assert list(rows) == list(ROWS)
    assert rows["conv2"]["macs"] == 359_661_568
    assert rows["5b"]["parameters"] == 1_444_080
    assert rows["linear"]["macs"] == 1_024_000
    assert rows["heads"]["parameters"] == 0


@pytest.mark.parametrize("variant", list(lab.VARIANTS))
@pytest.mark.parametrize("auxiliary", [False, True])
def test_the_rows_add_up_to_the_network(variant: str, auxiliary: bool) -> None:
    costs = lab.cost(lab.googlenet(variant=variant, auxiliary=auxiliary))
    rows = by_row(costs)
    for metric in ("parameters", "macs", "activation_bytes"):
        assert sum(row[metric] for row in rows.values()) == getattr(costs, metric)


def test_edits_stay_while_other_modules_are_edited(explorer: Network) -> None:
    explorer.set(module="5a", reduce5x5=48)
    explorer.controls["module"].value = "3a"
    assert explorer.state["reduce5x5"] == 16
    explorer.controls["conv1x1"].value = 72
    explorer.controls["module"].value = "5a"
    assert explorer.state["reduce5x5"] == 48
    rows = {
        **lab.TABLE_1,
        "5a": lab.InceptionRow(256, 160, 320, 48, 128, 128),
        "3a": lab.InceptionRow(72, 96, 128, 16, 32, 32),
    }
    assert explorer.result.total == lab.cost(lab.googlenet(rows=rows))
    assert explorer.readout.endswith("Edited modules: 3a, 5a.")


def test_reset_forgets_the_edits_of_all_modules(explorer: Network) -> None:
    explorer.set(module="5a", reduce5x5=48)
    explorer.set(module="3a", conv1x1=72, width=0.5)
    explorer.reset()
    assert dict(explorer.result.rows) == dict(lab.TABLE_1)
    assert explorer.result.total.macs == 1_582_671_872


def test_heads_that_do_not_fit_are_refused_and_the_last_network_stays(explorer: Network) -> None:
    explorer.set(side=64)
    before = explorer.result
    explorer.controls["auxiliary"].value = True
    assert explorer.controls["auxiliary"].value is False
    assert explorer.result is before
    assert explorer.widget.said["why_not"] == (
        "Not possible: A 5×5 window with padding='valid' must fit into its input. "
        "Received: 4×4 pixels (at 'loss1/ave_pool')."
    )


def test_an_illegal_set_changes_nothing(explorer: Network) -> None:
    state = explorer.state
    message = (
        "A 5×5 window with padding='valid' must fit into its input. "
        "Received: 4×4 pixels (at 'loss1/ave_pool')."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        explorer.set(side=64, auxiliary=True)
    assert explorer.state == state


def test_bars_ticks_and_gauge_show_the_numbers(explorer: Network) -> None:
    explorer.set(width=0.5)
    bars = explorer._bars["macs"]
    widths = [bar.get_width() for bar in bars.bars["now"]]
    values = [row["macs"] for row in explorer.result.by_row.values()]
    limit = values[1] / widths[1]
    assert widths == pytest.approx([value / limit for value in values])
    ticks = {round(segment[0][1] + 0.31): segment[0][0] for segment in bars._ghost.get_segments()}
    unedited = [row["macs"] for row in by_row(lab.cost(lab.googlenet())).values()]
    assert ticks == pytest.approx({n: value / limit for n, value in enumerate(unedited) if value})
    total = explorer._total.bars["now"][0].get_width()
    mark = explorer._mark.get_xdata()[0]  # type: ignore[index]
    assert total / mark == pytest.approx(explorer.result.total.macs / BUDGET)


def test_presets_give_what_they_say(explorer: Network) -> None:
    expected = {
        "the paper's network": 6_998_552,
        "torchvision's": 6_624_904,
        "half the width": lab.cost(lab.googlenet(width=0.5)).parameters,
        "naive modules": lab.cost(lab.googlenet(variant="naive")).parameters,
        "with both heads": 13_378_280,
    }
    found = {}
    for name in explorer.presets:
        explorer.set(module="5a", reduce5x5=48)  # an edit that no preset keeps
        explorer.choose(name)
        found[name] = explorer.result.total.parameters
    assert found == expected
