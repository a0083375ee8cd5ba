"""Figures: each function draws numbers it is given and returns its axes; nothing is computed here.

What many take is said here once: `title`, what the picture says; `xlabel`, `ylabel` and `unit`, labels with
their units; `ax`, where to draw, by default in a new figure.
"""

from inception_lab.text import quantity, readable, size, tick
from inception_lab.view.figures.costs import plot_bars, plot_cost, plot_lines, plot_products, plot_zoo
from inception_lab.view.figures.display import PHOTO, figure_html, show
from inception_lab.view.figures.images import (
    plot_branch_maps,
    plot_heat,
    plot_pictures,
    plot_places,
    plot_predictions,
    plot_reach,
    plot_size_tuning,
)
from inception_lab.view.figures.learning import (
    plot_by_size,
    plot_differences,
    plot_hard,
    plot_history,
    plot_rates,
    plot_runs,
)
from inception_lab.view.figures.style import (
    BLACK,
    BLUE,
    BRANCH_STYLES,
    DPI,
    GREEN,
    GREY,
    NAIVE,
    ORANGE,
    PALE,
    PURPLE,
    REDUCED,
    SKY,
    VERMILLION,
    YELLOW,
    Style,
    axes,
    branch_style,
    ceiling,
    new_figure,
    one_at_a_time,
    series,
    styled,
)
