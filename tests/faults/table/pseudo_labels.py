"""Pseudo labels."""

from table.commands import LABEL_TARGET
from table.row import Row
from table.spoiling import GRAY, TARGET, cut, fifo, image, no_data, text

PSEUDO_LABELS = (
    Row(
        f'{LABEL_TARGET} --option {{}}',
        'an option',
        r'delta',
        values=('delta', 'delta=x', 'delta=nan', 'dleta=1', """'delta="a"'"""),
    ),
    Row(
        f'{LABEL_TARGET} --option delta={{}}',
        'a delta beyond all entropies',
        r'delta must be from -1\.1 to 1\.1 .*, got',
        values=(-1.2, 1.2, '1e999'),
    ),
    Row(
        f'{LABEL_TARGET} --strategy instance_adaptive --option {{}}',
        'an option of no sense',
        r'(alpha|start) must be in \[0, 1\]|gamma must be at least 0',
        values=('alpha=-1', 'start=2', 'gamma=-1'),
    ),
    Row(
        'pseudo_label colours.py colours.pth --out out',
        'a config of a translator',
        r'no segmentor',
    ),
    Row(
        'pseudo_label plain.py plain.pth --out out',
        'a config without a target',
        r'names no `target`',
    ),
    Row('pseudo_label toy.py no.pth --out out', 'no checkpoint', r'no\.pth'),
    Row(f'{LABEL_TARGET} --target-labels', 'labels nobody knows', r'labels are is not'),
    Row(LABEL_TARGET, 'an image cut off', r'2\.tif: not a raster', cut(TARGET, 300)),
    Row(LABEL_TARGET, 'an image that is a FIFO', r'2\.tif', fifo(TARGET)),
    Row(LABEL_TARGET, 'an image of 1 band', r'2\.tif: 1 band', image(TARGET, GRAY)),
    Row(LABEL_TARGET, 'no valid pixel', r'no valid pixel', no_data('target')),
    Row(
        LABEL_TARGET,
        'a manifest that is a list',
        r'manifest\.json is damaged',
        text('out/manifest.json', '[]'),
    ),
)
