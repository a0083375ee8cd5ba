"""Numbers as people read them: the right digits, the right unit, on both sides of each limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inception_lab import text


def magnitude(said: str) -> float:
    """The number that a text says."""
    number, _, letter = said.replace(",", "").partition(" ")
    return float(number) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}[letter]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (0.42, "0.42"),
        (-2.5, "-2.5"),
        (99.96, "100"),
        (832.4, "832"),
        (9_999, "9,999"),
        (9_999.5, "10.0 k"),
        (10_000, "10.0 k"),
        (229_000, "229.0 k"),
        (999_949, "999.9 k"),
        (999_999, "1.00 M"),
        (-999_999, "-1.00 M"),
        (float("nan"), "nan"),
        (1_000_000, "1.00 M"),
        (9_994_999, "9.99 M"),
        (9_995_001, "10.0 M"),
        (120_422_400, "120.4 M"),
        (999_949_999, "999.9 M"),
        (999_950_001, "1.00 G"),
        (173_400_000_000, "173.4 G"),
        (999_999_999_999, "1.00 T"),
        (2 * 10**18, "2.00 E"),
        (np.int8(-128), "-128"),
        (np.float16(60_000), "60.0 k"),
        (15_476_686_848, "15.48 G"),
    ],
)
def test_quantity(number: float, said: str) -> None:
    assert text.quantity(number) == said


@given(st.integers(1, 10**13))
def test_a_quantity_is_within_half_a_per_cent(number: int) -> None:
    assert magnitude(text.quantity(number)) == pytest.approx(number, rel=0.005)


@given(st.integers(1, 9), st.integers(0, 11))
def test_a_tick_says_round_numbers_exactly(digit: int, power: int) -> None:
    assert magnitude(text.tick(digit * 10**power)) == pytest.approx(digit * 10**power, rel=1e-9)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (999, "999 B"), (12_345, "12.3 kB"), (1_304_576, "1.30 MB")]
)
def test_size(number: int, said: str) -> None:
    assert text.size(number) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.int64(1234), "1,234"),
        (2.0, "2.00"),
        (0.004, "0.004"),
        (-0.00123, "-0.0012"),
        (0.0, "0.00"),
        ((), ""),
        ((28, 28, 1024), "28×28×1,024"),
        ("5x5", "5x5"),
        (None, "None"),
    ],
)
def test_readable(value: object, said: str) -> None:
    assert text.readable(value) == said


@given(st.floats(0, 1))
def test_a_bar_is_as_long_as_its_share(share: float) -> None:
    drawn = text.bar(share, "·")
    assert len(drawn) == text.BAR
    assert set(drawn) <= {"█", "·"}
    assert abs(drawn.count("█") / text.BAR - share) <= 0.5 / text.BAR + 1e-9


def test_a_bar_does_not_grow_beyond_its_ends() -> None:
    assert text.bar(1.5) == "█" * text.BAR
    assert text.bar(-0.5) == text.bar(float("nan")) == " " * text.BAR
