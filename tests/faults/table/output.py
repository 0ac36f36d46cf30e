"""Where results are written to."""

from table.commands import EXPORT, PAIR, TEST, TRAIN, TRANSLATE
from table.row import Row
from table.spoiling import text

OUTPUT = (
    *(
        Row(command, 'a file where a folder is to be', r'out', text('out', 'a file'))
        for command in (
            TRAIN,
            TEST,
            PAIR,
            TRANSLATE,
            EXPORT,
            'compare toy.py --out out',
        )
    ),
)
