"""Figures: each function draws numbers it is given and returns its axes; nothing is computed here."""

from inception_lab.text import (
    quantity as quantity,
)
from inception_lab.text import (
    readable as readable,
)
from inception_lab.text import (
    size as size,
)
from inception_lab.text import (
    tick as tick,
)
from inception_lab.view.figures.costs import (
    plot_bars as plot_bars,
)
from inception_lab.view.figures.costs import (
    plot_cost as plot_cost,
)
from inception_lab.view.figures.costs import (
    plot_lines as plot_lines,
)
from inception_lab.view.figures.costs import (
    plot_zoo as plot_zoo,
)
from inception_lab.view.figures.display import (
    compact_html as compact_html,
)
from inception_lab.view.figures.display import (
    figure_html as figure_html,
)
from inception_lab.view.figures.display import (
    picture_html as picture_html,
)
from inception_lab.view.figures.display import (
    show as show,
)
from inception_lab.view.figures.images import (
    plot_branch_maps as plot_branch_maps,
)
from inception_lab.view.figures.images import (
    plot_heat as plot_heat,
)
from inception_lab.view.figures.images import (
    plot_pictures as plot_pictures,
)
from inception_lab.view.figures.images import (
    plot_places as plot_places,
)
from inception_lab.view.figures.images import (
    plot_predictions as plot_predictions,
)
from inception_lab.view.figures.images import (
    plot_reach as plot_reach,
)
from inception_lab.view.figures.images import (
    plot_size_tuning as plot_size_tuning,
)
from inception_lab.view.figures.learning import (
    plot_by_size as plot_by_size,
)
from inception_lab.view.figures.learning import (
    plot_confusion as plot_confusion,
)
from inception_lab.view.figures.learning import (
    plot_differences as plot_differences,
)
from inception_lab.view.figures.learning import (
    plot_hard as plot_hard,
)
from inception_lab.view.figures.learning import (
    plot_history as plot_history,
)
from inception_lab.view.figures.learning import (
    plot_runs as plot_runs,
)
from inception_lab.view.figures.style import (
    BLACK as BLACK,
)
from inception_lab.view.figures.style import (
    BLUE as BLUE,
)
from inception_lab.view.figures.style import (
    BRANCH_STYLES as BRANCH_STYLES,
)
from inception_lab.view.figures.style import (
    DPI as DPI,
)
from inception_lab.view.figures.style import (
    GREEN as GREEN,
)
from inception_lab.view.figures.style import (
    GREY as GREY,
)
from inception_lab.view.figures.style import (
    NAIVE as NAIVE,
)
from inception_lab.view.figures.style import (
    ORANGE as ORANGE,
)
from inception_lab.view.figures.style import (
    PALE as PALE,
)
from inception_lab.view.figures.style import (
    PURPLE as PURPLE,
)
from inception_lab.view.figures.style import (
    REDUCED as REDUCED,
)
from inception_lab.view.figures.style import (
    SKY as SKY,
)
from inception_lab.view.figures.style import (
    VERMILLION as VERMILLION,
)
from inception_lab.view.figures.style import (
    YELLOW as YELLOW,
)
from inception_lab.view.figures.style import (
    Style as Style,
)
from inception_lab.view.figures.style import (
    axes as axes,
)
from inception_lab.view.figures.style import (
    branch_style as branch_style,
)
from inception_lab.view.figures.style import (
    ceiling as ceiling,
)
from inception_lab.view.figures.style import (
    new_figure as new_figure,
)
from inception_lab.view.figures.style import (
    one_at_a_time as one_at_a_time,
)
from inception_lab.view.figures.style import (
    series as series,
)
from inception_lab.view.figures.style import (
    styled as styled,
)
