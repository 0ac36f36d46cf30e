"""From scenes to maps."""

from table.commands import ADAPT
from table.row import Row
from table.spoiling import target_again, text

ADAPTATION = (
    Row(f'{ADAPT} --method {{}}', 'no such config', r'not exist', values=('no.py',)),
    Row(f'{ADAPT} --seed {{}}', 'a seed below 0', r'seed is -1', values=(-1,)),
    Row(
        f'{ADAPT} --target-labels {{}}',
        'labels that are not there, though they are read last',
        r'no: no such file',
        values=('no',),
    ),
    Row(
        ADAPT.replace('data/target', 'data/source'),
        'the source as target',
        r'source and target must differ',
    ),
    Row(
        ADAPT.replace('source/images', 'source/images again/images').replace(
            'source/labels', 'source/labels again/labels'
        ),
        'the target among several sources, under other names',
        r'source and target must differ',
        target_again,
    ),
    Row(
        ADAPT,
        'a record that is a list',
        r'adapt\.json is damaged',
        text('out/adapt.json', '[]'),
    ),
)
