"""Tests, exports and tables."""

from table.commands import TEST
from table.row import Row
from table.spoiling import TARGET, cut, gone

TESTING = (
    Row(
        'test colours.py colours.pth',
        'a config of a translator',
        r'nothing to be tested on',
    ),
    Row(
        'export colours.py colours.pth --out out/m',
        'a config of a translator',
        r'no segmentor',
    ),
    Row(
        'compare colours.py --out out',
        'a config of a translator',
        r'nothing to be tested on',
    ),
    Row(
        f'{TEST} --prior {{}} --alpha 0.5',
        'class shares with other statistics',
        r'--prior is for the statistics that the config declares',
        values=('bbse',),
    ),
    Row(
        TEST,
        'no labels of the target',
        r'(no folder|have no mask)',
        gone('data/target/labels'),
    ),
    Row(
        TEST,
        'a label of the target missing',
        r'1 of 6 images have no mask',
        gone('data/target/labels/2.png'),
    ),
    Row(
        TEST,
        'labels that are cut off',
        r'2\.png: not a raster',
        cut('data/target/labels/2.png', 20),
    ),
    Row(
        f'{TEST} --cfg-options test_dataloader.num_workers=2',
        'an image that is cut off, read by a worker',
        r'2\.tif: not a raster',
        cut(TARGET, 300),
    ),
    Row(
        'test toy.py no.pth --work-dir out', 'no checkpoint', r'no\.pth does not exist'
    ),
)
