"""Options of the command line."""

from table.commands import EXPORT, PAIR, SEARCH, TEST, TRAIN, TRANSLATE
from table.row import Row

OPTIONS = (
    Row(
        f'{TRAIN} --cfg-options train_cfg.max_iters={{}}',
        'too few iterations',
        r'train_cfg.max_iters is -?\d+, expected at least 1',
        values=(-3, 0),
    ),
    Row(
        f'{TRAIN} --cfg-options train_dataloader.batch_size={{}}',
        'batch size',
        r'batch_size is -?\d+, expected',
        values=(3, 0, -2),
    ),
    Row(
        f'{TRAIN} --cfg-options train_dataloader.num_workers={{}}',
        'workers',
        r'num_workers is -1, expected at least 0',
        values=(-1,),
    ),
    Row(
        f'{TRAIN} --cfg-options "{{}}"',
        'what is no setting',
        r'--cfg-options .*: expected KEY=VALUE',
        values=('train_cfg', 'train_cfg.max_iters=[1,2', "model={'type': len('x')}"),
    ),
    Row(
        f'{TRAIN} --cfg-options "visualizer.vis_backends=[dict(type=\'{{}}\')]"',
        'a package that is not installed',
        r'DVCLiveVisBackend needs dvclive: pip install dvclive',
        values=('DVCLiveVisBackend',),
    ),
    Row(
        f'{TRAIN} --seed {{}}', 'a seed below 0', r'seed is -1, expected', values=(-1,)
    ),
    Row(
        'train toy.py --source {} --target vaihingen',
        'an unknown data set',
        r"(names no `source`|data set 'berlin' is unknown)",
        values=('berlin',),
    ),
    Row(
        'train mmuda::semsim/dann_hannover_vaihingen.py --source {}',
        'an unknown data set',
        r"data set '\w+' is unknown, (did you mean 'hannover'\?|expected one of)",
        values=('berlin', 'hanover', 'Hannover'),
    ),
    Row(
        'train mmuda::semsim/dann_hannover_vaihingen.py --target {}',
        'the source as target',
        r"must differ, 'hannover' is both",
        values=('hannover',),
    ),
    Row(
        'train {}',
        'no such config',
        r'config \S+ does not exist',
        values=('no.py', 'mmuda::no/no.py', 'mmuda::', 'nobody::no.py', 'data'),
    ),
    Row(
        f'{PAIR} --device {{}}',
        'a device that is not there',
        r"device '?\S+ (is unknown|is not there)",
        values=('gpu', 'cuda', 'cuda:9', 'x'),
    ),
    Row(
        f'{PAIR} --memory {{}}',
        'memory',
        r'memory is \S+ GiB, expected',
        values=('inf', 'nan', 0, -1),
    ),
    Row(
        f'{PAIR} --top-k {{}}',
        'partners',
        r'top_k must be|top_k is',
        values=(0, -1, 99),
    ),
    Row(f'{SEARCH} --max-reuse {{}}', 'uses', r'max_reuse (is|must)', values=(0, -1)),
    Row(f'{SEARCH} --coarse {{}}', 'cells', r'coarse (is|must)', values=(0, -3, 1000)),
    Row(
        f'{PAIR} --strategy image_mmd --samples {{}}',
        'samples',
        r'samples must be at least 2',
        values=(1, 0, -1),
    ),
    Row(
        f'{SEARCH} --strategy feature_mmd --tap {{}}',
        'a layer that is not there',
        r"(tap|layer).*'nolayer'",
        values=('nolayer',),
    ),
    Row(
        f'{TRANSLATE} --from {{}}',
        'a domain that is not there',
        r"domain '\w+' is unknown, expected",
        values=('mars', 'sourc'),
    ),
    Row(
        f'{TRANSLATE} --to {{}}',
        'a domain that is not there',
        r"domain '\w+' is unknown, expected",
        values=('mars', 'targt'),
    ),
    Row(
        f'{TRANSLATE} --tile {{}}',
        'size of tiles',
        r'tile is -?\d+, expected at least 1',
        values=(0, -5),
    ),
    Row(
        f'{TRANSLATE} --blend {{}}',
        'passage between tiles',
        r'blend is -1, expected at least 0',
        values=(-1,),
    ),
    Row(
        f'{TRANSLATE} --batch {{}}',
        'tiles at once',
        r'batch is -?\d+, expected at least 1',
        values=(0, -2),
    ),
    Row(
        f'{TEST} --alpha {{}}',
        'statistics',
        r'alpha must be|alpha is',
        values=(2, -0.1, 'nan', 'inf'),
    ),
    Row(f'{EXPORT} --alpha {{}}', 'statistics', r'alpha', values=(7, 'nan')),
    Row(
        'compare toy.py@{} --out out',
        'statistics',
        r'a number in \[0, 1\]',
        values=(2, 'x', 'nan'),
    ),
    Row(
        'compare {} --out out',
        'no such config',
        r'config \S+ does not exist',
        values=('no.py',),
    ),
    Row(
        'target_statistics toy.py toy.pth --out out/m.pth --batch {}',
        'images at a time',
        r'batch is -?\d+, expected at least',
        values=(0, -1),
    ),
    Row(
        'target_statistics toy.py toy.pth --out out/m.pth --images {}',
        'too few images',
        r'at least two images',
        values=(1, 0, -3),
    ),
)
