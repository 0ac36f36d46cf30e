"""Data sets of one's own."""

from table.commands import ADAPT, NAMED, PREPARE
from table.row import Row
from table.spoiling import (
    GRAY,
    IMAGE,
    LABEL,
    cut,
    dangling,
    fifo,
    gone,
    image,
    no_data,
    text,
)

PREPARATION = (
    *(
        Row(f'{NAMED} --{name} {{}}', name, line, values=values)
        for name, line, values in (
            ('gsd', r'gsd_m must be above 0', (0, -1)),
            ('gsd', r'no georeference, expected --image-gsd', ('inf', 2)),
            ('image-gsd', r'image_gsd_m must be above 0', (0,)),
            ('window-px', r'blocks must be|window_px must be', (0, -1)),
            ('max-nodata', r'max_nodata must be', (2, 'nan')),
            ('holdout', r'holdout must be', (2, -1, 'nan')),
            ('block-px', r'blocks must be larger', (0, 1)),
            ('margin-px', r'blocks must be larger', (-1,)),
            ('seed', r'seed is -1, expected', (-1,)),
            ('bands', r'0\.tif: no band', (9, 0, 'x')),
            ('bands', r'a band twice', ('1 1',)),
            ('like', r'no manifest\.json', ('no', 'data')),
            ('taxonomy', r'exclude each other', ('no',)),
        )
    ),
    Row(f'{PREPARE} --values {{}}', 'values', r'--values', values=('x', '0=a 0=b')),
    Row(f'{PREPARE} --classes {{}}', 'a class twice', r'twice', values=('a b a',)),
    Row(f'{PREPARE} --classes {{}}', 'too few classes', r'0\.png: ids', values=('a',)),
    Row(
        'prepare --scenes {} --out out',
        'no scenes',
        r'no such file|no file \.tif',
        values=('no', 'maps'),
    ),
    Row(
        'prepare --scenes data/source/images data/target/images --out out',
        'scenes of one name',
        r'two scenes of one name',
    ),
    *(
        Row(command, bad, line, spoil)
        for command in (NAMED, ADAPT)
        for bad, line, spoil in (
            ('a scene cut off', r'2\.tif: not a raster', cut(IMAGE, 300)),
            ('a scene that is a FIFO', r'2\.tif', fifo(IMAGE)),
            ('a scene that is a dangling link', r'2\.tif', dangling(IMAGE)),
            ('a scene of 1 band', r'2\.tif: bands', image(IMAGE, GRAY)),
            ('an unknown class id', r'2\.png: ids 7', image(LABEL, 7 * GRAY)),
            ('labels of another size', r'2\.png: labels of 8', image(LABEL, GRAY[:8])),
            ('labels cut off', r'2\.png: not a raster', cut(LABEL, 20)),
            ('no label', r'2\.tif has no labels', gone(LABEL)),
        )
    ),
    *(
        Row(
            f'{command} --{{}} x',
            'an option of polygons where labels are rasters',
            r'--\w+ is about polygons, \S+0\.png is a raster',
            values=('attribute', 'layer', 'background'),
        )
        for command in (NAMED, ADAPT)
    ),
    Row(
        'prepare --scenes data/source/images --out out --{} x',
        'an option of labels without labels',
        r'--\w+ is about labels: name some',
        values=('attribute', 'layer', 'background', 'values', 'taxonomy'),
    ),
    Row(NAMED, 'no valid pixel', r'nodata', no_data('source')),
    Row(
        NAMED,
        'a manifest that is a list',
        r'manifest\.json is damaged',
        text('out/manifest.json', '[]'),
    ),
)
