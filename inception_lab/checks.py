"""The house's one form of error: the constraint, what was received, and where."""

import math
import numbers
import operator
import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
LARGEST_SEED = 2**31 - 1  # which every backend takes, with a network's layers counted on from it


def positive_integer(name: str, value: object, where: str = "") -> int:
    """Return `value` as an int.

    Raises:
        ValueError: If it is not a positive integer; `where` is added to the message.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={short(value)}{where}.")
    return number


def positive_pair(name: str, value: object, where: str = "") -> int | tuple[int, int]:
    """Return `value`, one positive integer or two of them, as an int where both are the same.

    Raises:
        ValueError: If it is neither.
    """
    if not isinstance(value, tuple | list):
        return positive_integer(name, value, where)
    if len(value) != 2:
        raise ValueError(
            f"`{name}` must be one or two positive integers. Received: {name}={short(value)}{where}."
        )
    first, second = (positive_integer(name, each, where) for each in value)
    return first if first == second else (first, second)


def seed_number(seed: object, where: str = "") -> int:
    """Return a seed as an int.

    Raises:
        ValueError: If it is no whole number that every backend takes; `where` is added to the message.
    """
    try:
        number = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if not 0 <= number <= LARGEST_SEED or isinstance(seed, bool):
        raise ValueError(
            f"`seed` must be a whole number from 0 to {LARGEST_SEED}. Received: seed={short(seed)}{where}."
        )
    return number


def one_of(name: str, value: object, options: tuple[object, ...], where: str = "") -> None:
    """Raise a ValueError that lists the options unless `value` is one of them."""
    if not isinstance(value, Hashable) or value not in options:  # an array would compare piece by piece
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"`{name}` must be one of {listed}. Received: {name}={short(value)}{where}.")


def entry(name: str, value: object, table: Mapping[str, T], where: str = "") -> T:
    """Return what a table has under `value`; a ValueError lists its names unless it is one of them."""
    one_of(name, value, tuple(table), where)
    return table[value]  # type: ignore[index]


def readable_name(field: str, name: object) -> None:
    """Raise a ValueError unless `name`, the value of a field, is a line of text."""
    if not (isinstance(name, str) and name.isprintable()):
        raise ValueError(f"`{field}` must be a line of text. Received: {field}={short(name)}.")


def layer_name(name: object, field: str = "name") -> None:
    """Raise a ValueError unless `name` is one that Keras takes for a layer, or has `/` for groups in it."""
    if not (isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_./-]*", name)):
        rule = "made of the letters a to z, digits, `_`, `-`, `.` and `/`"
        raise ValueError(f"`{field}` must be {rule}. Received: {field}={short(name)}.")


def true_or_false(name: str, value: object, where: str = "") -> None:
    """Raise a ValueError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={short(value)}{where}.")


def function(name: str, value: object) -> None:
    """Raise a ValueError unless `value` can be called, or is None."""
    if not (value is None or callable(value)):
        raise ValueError(f"`{name}` must be a function. Received: {name}={short(value)}.")


def finite_number(name: str, value: object, where: str = "") -> None:
    """Raise a ValueError unless `value` is an int or a float, and finite."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise ValueError(f"`{name}` must be a finite int or float. Received: {name}={short(value)}{where}.")


def share(name: str, value: object, where: str = "") -> None:
    """Raise a ValueError unless `value` is a number from 0 to below 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= float(value) < 1:
        raise ValueError(f"`{name}` must be in [0, 1). Received: {name}={short(value)}{where}.")


@contextmanager
def located(where: str) -> Iterator[None]:
    """Say in every ValueError that comes out where it was, such as `at 'conv1'`."""
    try:
        yield
    except ValueError as error:
        raise placed(error, where) from error


def placed(error: ValueError, where: str) -> ValueError:
    """Return an error that also says where it was, such as `at 'conv1'`."""
    return ValueError(f"{str(error).removesuffix('.')} ({where}).")


def short(value: object) -> str:
    """Return a value as Python writes it, in one line of 200 characters at most."""
    return in_a_line(repr(value))


def in_a_line(said: object) -> str:
    """Return what something says, such as another's error, in one line of 200 characters at most."""
    text = " ".join(str(said).split()) or type(said).__name__
    return text if len(text) <= 200 else text[:199] + "…"
