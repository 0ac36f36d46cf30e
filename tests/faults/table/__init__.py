"""What is wrong with the input, and the one line that every command answers with.

The table is the documentation of what is checked. A row has a command (of
``python -m mmuda``), what is bad about its input, a regular expression of the line
expected, and, where the badness lies in a file, the function that makes it so. ``{}``
in a command stands for each of ``values``. ``toy.py`` and the other names are those
of :mod:`world`.
"""

from table.adaptation import ADAPTATION
from table.checkpoints import CHECKPOINTS
from table.configs import CONFIGS
from table.images import IMAGES
from table.mappings import MAPPINGS
from table.options import OPTIONS
from table.output import OUTPUT
from table.prediction import PREDICTION
from table.preparation import PREPARATION
from table.pseudo_labels import PSEUDO_LABELS
from table.testing import TESTING
from table.translation import TRANSLATION

ROWS = (
    *OPTIONS,
    *CONFIGS,
    *IMAGES,
    *CHECKPOINTS,
    *MAPPINGS,
    *TRANSLATION,
    *PREDICTION,
    *PREPARATION,
    *ADAPTATION,
    *PSEUDO_LABELS,
    *TESTING,
    *OUTPUT,
)
