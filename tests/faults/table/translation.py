"""Translation of images."""

from table.commands import TRANSLATE
from table.row import Row
from table.spoiling import (
    GRAY,
    IMAGE,
    cut,
    dangling,
    fifo,
    image,
    text,
    two_of_one_name,
)

TRANSLATION = (
    Row(
        TRANSLATE.replace('data/source/images', '{}'),
        'nothing to translate',
        r'no (image|such)',
        values=('no', 'no.tif', 'maps'),
    ),
    Row(
        'translate colours.py colours.pth --in data/source/images --out {}',
        'results where the images are',
        r'--out.*--in',
        values=('data/source/images', 'data/target/../source/images'),
    ),
    Row(TRANSLATE, 'an image that is text', r'2\.tif: not a raster', text(IMAGE, 'x')),
    Row(TRANSLATE, 'an image cut off', r'2\.tif: not a raster', cut(IMAGE, 300)),
    Row(TRANSLATE, 'an image that is a dangling link', r'2\.tif', dangling(IMAGE)),
    Row(TRANSLATE, 'an image that is a FIFO', r'2\.tif', fifo(IMAGE)),
    Row(
        TRANSLATE,
        'an image of 1 band',
        r'2\.tif: 1 band, expected 3',
        image(IMAGE, GRAY),
    ),
    Row(
        TRANSLATE,
        'a manifest that is a list',
        r'manifest\.json is damaged',
        text('out/manifest.json', '[]'),
    ),
    Row(
        TRANSLATE,
        'the results of another job',
        r'manifest\.json was made with',
        text('out/manifest.json', '{}'),
    ),
    Row(f'{TRANSLATE} --labels data/no', 'no labels', r'no'),
    Row(
        'translate colours.py colours.pth --in scenes --out out',
        'two images whose results have one name',
        r's\.tif.*s\.vrt|s\.vrt.*s\.tif',
        two_of_one_name,
    ),
    Row(
        'translate toy.py toy.pth --in data/source/images --out out',
        'a config of a segmentor',
        r'trains a DomainAdaptor, no translator',
    ),
)
