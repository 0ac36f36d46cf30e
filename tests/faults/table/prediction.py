"""Maps of scenes."""

from table.commands import PREDICT
from table.row import Row
from table.spoiling import GRAY, TARGET, cut, dangling, fifo, image, text

PREDICTION = (
    Row(
        f'{PREDICT} --tile {{}}',
        'size of windows',
        r'a window of -?\d+ pixels is too small, expected at least 64',
        values=(0, -5, 8),
    ),
    Row(f'{PREDICT} --overlap {{}}', 'overlap', r'overlap', values=(-1,)),
    Row(f'{PREDICT} --overlap {{}}', 'overlap', r'999 in common', values=(999,)),
    Row(f'{PREDICT} --margin {{}}', 'margin', r'margin of -?\d+', values=(-1, 500)),
    Row(f'{PREDICT} --batch {{}}', 'batch', r'at least 1, got', values=(0, -1)),
    Row(f'{PREDICT} --alpha {{}}', 'statistics', r'alpha must be', values=(2, 'nan')),
    Row(
        f'{PREDICT} --bands {{}}',
        'bands that are not there',
        r"0\.tif: no band '?\w+'?, expected one of",
        values=(9, 0, 'x'),
    ),
    Row(
        f'{PREDICT} --bands {{}}',
        'too few bands',
        r'0\.tif: 1 bands to be seen.*expected 3',
        values=('red',),
    ),
    *(
        Row(
            f'{PREDICT} --{name} {{}}',
            name,
            rf'{name} is \S+, expected at least',
            values=values,
        )
        for name, values in (
            ('sieve', (-1,)),
            ('simplify', (-1, 'nan')),
            ('processes', (0, -2)),
        )
    ),
    Row(
        f'{PREDICT} --device {{}}',
        'a device that is not there',
        r"device '?\S+ (is unknown|is not there)",
        values=('gpu', 'cuda:9'),
    ),
    Row(
        'predict toy.py toy.pth --in {} --out out',
        'nothing to predict',
        r'no image, expected a raster',
        values=('no', 'no.tif', 'maps'),
    ),
    Row(
        'predict toy.py toy.pth --in data/target/images --out {}',
        'maps where the scenes are',
        r'0\.tif is the scene itself',
        values=('data/target/images', 'data/source/../target/images'),
    ),
    Row(
        'predict toy.py toy.pth --in data/target/images/2.tif --out {}',
        'a map where the scene is',
        r'2\.tif is the scene itself',
        values=('data/target/images/2.tif',),
    ),
    Row(
        'predict colours.py colours.pth --in data/target/images --out out',
        'a config of a translator',
        r'no segmentor',
    ),
    Row(PREDICT, 'a scene that is text', r'2\.tif: not a raster', text(TARGET, 'x')),
    Row(PREDICT, 'a scene cut off', r'2\.tif: not a raster', cut(TARGET, 300)),
    Row(PREDICT, 'a scene that is a dangling link', r'2\.tif', dangling(TARGET)),
    Row(PREDICT, 'a scene that is a FIFO', r'2\.tif', fifo(TARGET)),
    Row(PREDICT, 'a scene of 1 band', r'2\.tif: 1 bands', image(TARGET, GRAY)),
)
