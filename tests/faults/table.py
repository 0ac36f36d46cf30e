"""What is wrong with the input, and the one line that every command answers with.

The table is the documentation of what is checked. A row has a command (of
``python -m mmuda``), what is bad about its input, a regular expression of the line
expected, and, where the badness lies in a file, the function that makes it so. ``{}``
in a command stands for each of ``values``. ``cycle.py`` and the other names are those
of :mod:`world`.
"""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from mmuda.datasets.rasters import encode_geotiff

TRAIN = 'train toy.py --work-dir out'
PLAIN = 'train plain.py --work-dir out'
RESUME = 'train toy.py --work-dir run --resume'
MAPPED = 'train mapped.py --work-dir out'
TEST = 'test toy.py toy.pth --work-dir out'
PAIR = 'pair toy.py --strategy random --out out/m.csv'
SEARCH = 'pair toy.py --strategy approximation --checkpoint toy.pth --out out/m.csv'
TRANSLATE = 'translate colours.py colours.pth --in data/source/images --out out'
PREDICT = 'predict toy.py toy.pth --in data/target/images --out out'
PREPARE = (
    'prepare --scenes data/source/images --labels data/source/labels --holdout 0 '
    '--window-px 16 --out out'
)
NAMED = f'{PREPARE} --classes a b c'
ADAPT = (
    'adapt --source data/source/images --labels data/source/labels --target '
    'data/target/images --classes a b c --window-px 16 --out out'
)
LABEL_TARGET = 'pseudo_label toy.py toy.pth --out out'
EXPORT = 'export toy.py toy.pth --out out/model'
STATISTICS = 'target_statistics toy.py toy.pth --out out/m.pth'
SOURCE = 'train_dataloader.dataset.source'


@dataclass(frozen=True)
class Row:
    """A bad input.

    Args:
        command: What is typed after ``python -m mmuda``.
        bad: What is bad about it.
        line: Regular expression that the line answered is searched for.
        spoil: Makes the input bad, in the working folder.
        values: Each takes the place of ``{}`` in the command.
    """

    command: str
    bad: str
    line: str
    spoil: Callable[[], object] | None = None
    values: tuple = ('',)

    def cases(self) -> Iterator[tuple[str, str]]:
        """Name and words of each command."""
        for value in self.values:
            words = self.command.replace('{}', str(value))
            yield f'{words.split()[0]}: {self.bad} {value}'.strip(), words


def text(file: str, content: str | bytes) -> Callable:
    def write() -> None:
        Path(file).unlink(missing_ok=True)
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        Path(file).write_bytes(data)

    return write


def added(file: str, line: str) -> Callable:
    return lambda: Path(file).write_text(f'{Path(file).read_text()}\n{line}\n')


def image(file: str, pixels: np.ndarray, bands: tuple = ()) -> Callable:
    bands = bands or tuple(map(str, range(pixels.shape[2] if pixels.ndim > 2 else 1)))

    def write() -> None:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        if file.endswith('.png'):
            cv2.imwrite(file, pixels)
        else:
            Path(file).write_bytes(encode_geotiff(pixels, bands))

    return write


def cut(file: str, missing: int) -> Callable:
    return lambda: Path(file).write_bytes(Path(file).read_bytes()[:-missing])


def gone(file: str) -> Callable:
    def remove() -> None:
        shutil.rmtree(file) if os.path.isdir(file) else os.unlink(file)

    return remove


def replaced(file: str, make: Callable[[str], object]) -> Callable:
    def write() -> None:
        gone(file)()
        make(file)

    return write


dangling = lambda file: replaced(file, lambda f: os.symlink('nowhere', f))  # noqa: E731
fifo = lambda file: replaced(file, os.mkfifo)  # noqa: E731


def checkpoint(file: str, change: Callable) -> Callable:
    def write() -> None:
        content = torch.load(file, weights_only=False)
        torch.save(change(content), file)

    return write


def nan(content: dict) -> dict:
    weights = content['state_dict']
    next(iter(weights.values()))[:] = torch.nan
    return content


def hostile(content: dict) -> dict:
    """Its config makes a folder when it is run."""
    content['meta']['cfg'] += "\nimport os\nos.makedirs('out/hacked')\n"
    return content


def without(key: str) -> Callable:
    return lambda content: {k: v for k, v in content.items() if k != key}


def shapeless(content: dict) -> dict:
    name, value = next(iter(content['state_dict'].items()))
    content['state_dict'][name] = value[:1, :1]
    return content


def no_data(domain: str) -> Callable:
    def write() -> None:
        for file in Path('data', domain, 'images').glob('*.tif'):
            pixels = np.zeros((16, 16, 3), np.uint8)
            file.write_bytes(encode_geotiff(pixels, ('r', 'g', 'b'), nodata=0))

    return write


def every(domain: str, pixels: np.ndarray) -> Callable:
    def write() -> None:
        for file in Path('data', domain, 'images').glob('*.tif'):
            image(str(file), pixels)()

    return write


def thin() -> None:
    """Images one pixel high, and labels."""
    rng = np.random.default_rng(0)
    for domain in ('source', 'target'):
        for number in range(6):
            file = f'data/{domain}/images/{number}.tif'
            image(file, rng.integers(1, 255, (1, 16, 3), np.uint8))()
            image(f'data/{domain}/labels/{number}.png', GRAY[:1])()


def mapping(change: Callable[[list], list]) -> Callable:
    def write() -> None:
        with open('maps/random.csv', newline='') as lines:
            rows = list(csv.reader(lines))
        with open('maps/random.csv', 'w', newline='') as lines:
            csv.writer(lines).writerows(change(rows))

    return write


def manifest(change: Callable[[dict], object]) -> Callable:
    file = Path('maps/random.csv.json')
    return lambda: file.write_text(json.dumps(change(json.loads(file.read_text()))))


def same_images() -> None:
    shutil.rmtree('data/source/images')
    os.symlink('../target/images', 'data/source/images')


def two_of_one_name() -> None:
    for name in ('s.tif', 's.img'):
        image(f'scenes/{name}', np.full((8, 8, 3), 9, np.uint8))()
    os.rename('scenes/s.img', 'scenes/s.vrt')


def after(*steps: Callable) -> Callable:
    return lambda: [step() for step in steps]


LABEL, IMAGE = 'data/source/labels/2.png', 'data/source/images/2.tif'
TARGET = 'data/target/images/2.tif'
GRAY = np.full((16, 16), 1, np.uint8)

ROWS = (
    # Options of the command line.
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
    # Configs.
    Row(
        f'{TRAIN} --cfg-options {{}}',
        'typo in a type',
        r"type '\w+' is unknown, did you mean '\w+'\?",
        values=(
            'model.type=DomainAdaptr',
            'model.segmentor.type=EncoderDecodr',
            'model.segmentor.backbone.type=UNett',
            'model.segmentor.decode_head.type=FCNHaed',
            'model.objectives.alignment.type=FeatureAlignmnt',
            'model.objectives.alignment.discriminator.type=InvertedBottleneckDiscrim',
            'model.data_preprocessor.type=DomainDataPreprocesor',
            f'{SOURCE}.type=FolderDatset',
            f'{SOURCE}.pipeline.0.type=LoadRastr',
            'train_dataloader.dataset.target.pipeline.0.type=LoadRastr',
            'train_dataloader.dataset.type=DomainConcatDatset',
            'train_dataloader.sampler.type=PairedSampl',
            'optim_wrapper.critic.optimizer.type=Adadelt',
            'optim_wrapper.constructor=PhasedOptimWraperConstructor',
            'train_cfg.type=IterBasedTrainLop',
            'default_hooks.logger.type=LogerHook',
            'val_evaluator.type=SegmentationMetrik',
        ),
    ),
    Row(
        f'{TRAIN} --cfg-options {{}}',
        'wrong name of an argument',
        r"(does not take|takes no) '\w+'",
        values=(
            'model.objectives.alignment.tapp=x',
            'model.segmentor.backbone.depht=5',
            'model.segmentor.decode_head.chanels=5',
            'model.segmentor.decode_head.loss_decode.weigth=5',
            f'{SOURCE}.pipeline.0.band=1',
            f'{SOURCE}.data_rot=x',
            'train_dataloader.sampler.mappings=x',
            'train_dataloader.batch_siz=3',
            'train_cfg.max_iter=4',
            'optim_wrapper.critic.optimizer.larning_rate=1',
            'default_hooks.logger.intervall=1',
        ),
    ),
    Row(
        f'{TRAIN} --cfg-options model.objectives.alignment.tap={{}}',
        'a layer that is not there',
        r'backbone\.x|nowhere',
        values=('backbone.x', 'nowhere'),
    ),
    Row(
        TRAIN, 'a syntax error', r'toy\.py.*line \d+', added('toy.py', 'model = dict(')
    ),
    Row(
        TRAIN,
        'an unknown name',
        r"toy\.py.*name 'nobody' is not defined",
        added('toy.py', 'model = nobody'),
    ),
    Row(
        TRAIN,
        'a base that is not there',
        r'toy\.py.*no_base\.py',
        text('toy.py', "_base_ = 'no_base.py'"),
    ),
    Row(TRAIN, 'bytes instead of a config', r'toy\.py', text('toy.py', b'\0\xff\xfe')),
    Row(TRAIN, 'an empty config', r'toy\.py', text('toy.py', '')),
    Row(
        TRAIN,
        'a key that is nearly a known one',
        r'`train_cgf`.*did you mean `train_cfg`\?',
        added('toy.py', 'train_cgf = dict(max_iters=9)'),
    ),
    Row(
        TRAIN,
        'a key that is nearly a known one',
        r'`optim_wraper`.*did you mean `optim_wrapper`\?',
        added('toy.py', 'optim_wraper = dict()'),
    ),
    Row(TRAIN, 'no model', r'model', added('toy.py', 'model = None')),
    Row(
        TRAIN,
        'a model without a type',
        r'type',
        added('toy.py', 'model = dict(a=1, _delete_=True)'),
    ),
    Row(
        TRAIN,
        'a module that is not there',
        r'nomodule',
        added('toy.py', "custom_imports = dict(imports=['nomodule'])"),
    ),
    # Images and labels.
    Row(
        TRAIN,
        'a class id too high',
        r'2\.png: class ids 7 \(100 %\), expected 0 to 2',
        image(LABEL, 7 * GRAY),
    ),
    Row(
        TRAIN,
        'labels of another size',
        r'2\.png: labels of 8 x 16 pixels',
        image(LABEL, GRAY[:8]),
    ),
    Row(
        TRAIN,
        'labels in colours',
        r'2\.png: 3 bands',
        image(LABEL, np.dstack([GRAY] * 3)),
    ),
    Row(TRAIN, 'labels cut off', r'2\.png: not a raster', cut(LABEL, 20)),
    Row(TRAIN, 'an empty label file', r'2\.png: not a raster', text(LABEL, '')),
    Row(TRAIN, 'no label', r'1 of 6 images have no mask', gone(LABEL)),
    Row(TRAIN, 'no labels', r'have no mask|no folder', gone('data/source/labels')),
    Row(TRAIN, 'a label that is a dangling link', r'2\.png', dangling(LABEL)),
    Row(TRAIN, 'a label that is a FIFO', r'2\.png', fifo(LABEL)),
    Row(TRAIN, 'a label that is a folder', r'2\.png', replaced(LABEL, os.mkdir)),
    Row(TRAIN, 'no images', r'no folder', gone('data/target/images')),
    Row(TRAIN, 'text for an image', r'2\.tif: not a raster', text(IMAGE, 'text')),
    Row(TRAIN, 'an image cut off', r'2\.tif: not a raster', cut(IMAGE, 300)),
    Row(TRAIN, 'a target image cut off', r'2\.tif: not a raster', cut(TARGET, 300)),
    Row(TRAIN, 'an image that is a dangling link', r'2\.tif', dangling(IMAGE)),
    Row(TRAIN, 'an image that is a FIFO', r'2\.tif', fifo(IMAGE)),
    Row(TRAIN, 'a target image that is a dangling link', r'2\.tif', dangling(TARGET)),
    Row(TRAIN, 'a target image that is a FIFO', r'2\.tif', fifo(TARGET)),
    Row(
        TRAIN,
        'an image of 5 bands for a model of 3',
        r'2\.tif: 5 bands, expected 3',
        image(IMAGE, np.dstack([GRAY] * 5)),
    ),
    Row(
        TRAIN,
        'images of 5 bands for a model of 3',
        r'\d\.tif: 5 bands, expected 3',
        every('source', np.dstack([GRAY] * 5)),
    ),
    Row(
        TRAIN,
        'a target of 1 band',
        r'\d\.tif: 1 band, expected 3',
        every('target', GRAY),
    ),
    Row(TRAIN, 'a source without a valid pixel', r'no valid pixel', no_data('source')),
    Row(TRAIN, 'a target without a valid pixel', r'no valid pixel', no_data('target')),
    Row(TRAIN, 'the target as source', r'source and target must differ', same_images),
    Row(
        f'{TRAIN} --cfg-options train_dataloader.num_workers=2',
        'a target image cut off, read by a worker',
        r'2\.tif: not a raster',
        cut(TARGET, 300),
    ),
    *(
        Row(command, 'images 1 pixel high', r'images have a size that', thin)
        for command in (TRAIN, TEST, SEARCH, STATISTICS)
    ),
    Row(
        f'{TRAIN} --launcher {{}}',
        'a launcher that launched nothing',
        r'--launcher \w+, but \w+ is not set',
        values=('slurm', 'pytorch'),
    ),
    # Checkpoints.
    Row(
        f'{TRAIN} --cfg-options load_from=toy.pth',
        'no checkpoint',
        r'toy\.pth does not exist',
        gone('toy.pth'),
    ),
    *(
        Row(command, bad, line, spoil)
        for command in (
            f'{TRAIN} --cfg-options load_from=toy.pth',
            TEST,
            SEARCH,
            EXPORT,
            STATISTICS,
            PREDICT,
            LABEL_TARGET,
        )
        for bad, line, spoil in (
            (
                'a checkpoint that is a list',
                r'toy\.pth holds a list, expected a dict',
                lambda: torch.save([1, 2], 'toy.pth'),
            ),
            (
                'a checkpoint that is no file',
                r'toy\.pth does not exist',
                replaced('toy.pth', os.mkdir),
            ),
            (
                'an empty checkpoint',
                r'toy\.pth is (damaged|refused)',
                text('toy.pth', ''),
            ),
            (
                'a checkpoint cut off',
                r'toy\.pth is (damaged|refused)',
                cut('toy.pth', 999),
            ),
            (
                'weights that are not numbers',
                r'toy\.pth is of no use',
                checkpoint('toy.pth', nan),
            ),
            (
                'a program',
                r'toy\.pth is refused: it is a TorchScript program',
                lambda: torch.jit.script(torch.nn.ReLU()).save('toy.pth'),
            ),
        )
    ),
    *(
        Row(command, bad, r'toy\.pth (does not fit the config|holds no weights)', spoil)
        for command in (TEST, SEARCH, EXPORT, PREDICT, LABEL_TARGET)
        for bad, spoil in (
            (
                'a checkpoint without weights',
                lambda: torch.save({'meta': {}}, 'toy.pth'),
            ),
            ('weights of another shape', checkpoint('toy.pth', shapeless)),
            ('weights of a translator', lambda: shutil.copy('colours.pth', 'toy.pth')),
        )
    ),
    Row(
        'translate colours.py toy.pth --in data/source/images --out out',
        'weights of a segmentor',
        r'toy\.pth does not fit the config',
    ),
    Row(
        f'{RESUME} --cfg-options {{}}',
        'resumed in another way',
        r'was trained with \S+ .*this run has|says',
        values=(
            'train_dataloader.batch_size=2',
            'optim_wrapper.critic.optimizer.type=SGD',
            'model.objectives.alignment.discriminator.channels="[4,4,8]"',
            'randomness.seed=3',
        ),
    ),
    Row(
        RESUME,
        'resumed on other target images',
        r'target images',
        image(TARGET, np.dstack([GRAY] * 3)),
    ),
    Row(RESUME, 'resumed on fewer target images', r'target images', gone(TARGET)),
    *(
        Row(
            RESUME,
            f'resumed without {key}',
            rf'holds no {named}',
            checkpoint('run/iter_4.pth', without(key)),
        )
        for key, named in (('optimizer', 'state of optimizers'), ('meta', 'meta'))
    ),
    Row(
        RESUME,
        'resumed from a list',
        r'iter_4\.pth holds a list',
        lambda: torch.save([1], 'run/iter_4.pth'),
    ),
    Row(
        RESUME,
        'resumed from what was cut off',
        r'iter_4\.pth is (damaged|refused)',
        cut('run/iter_4.pth', 500),
    ),
    # Mappings.
    Row(MAPPED, 'a row missing', r'random\.csv', mapping(lambda rows: rows[:-1])),
    Row(
        MAPPED,
        'an unknown target',
        r"mapping is damaged: 'nobody\.tif'",
        mapping(lambda rows: [*rows[:-1], [rows[-1][0], '1', 'nobody.tif', '0']]),
    ),
    Row(MAPPED, 'a source twice', r'random\.csv', mapping(lambda r: [*r[:-1], r[1]])),
    Row(
        MAPPED,
        'a row too short',
        r'random\.csv',
        mapping(lambda r: [*r[:-1], r[-1][:2]]),
    ),
    Row(
        MAPPED,
        'another header',
        r'has columns',
        mapping(lambda rows: [['a'], *rows[1:]]),
    ),
    Row(
        MAPPED,
        'an empty mapping',
        r'random\.csv is damaged',
        text('maps/random.csv', ''),
    ),
    Row(
        MAPPED,
        'bytes for a mapping',
        r'random\.csv is damaged',
        text('maps/random.csv', b'\xff\xfe\0'),
    ),
    Row(
        MAPPED,
        'a manifest that is a list',
        r'random\.csv\.json is damaged',
        manifest(lambda _: [1]),
    ),
    Row(
        MAPPED,
        'a manifest without top_k',
        r'random\.csv is damaged',
        manifest(without('top_k')),
    ),
    Row(
        MAPPED,
        'a manifest without its images',
        r'random\.csv is damaged',
        manifest(without('source')),
    ),
    Row(
        MAPPED,
        'a manifest with top_k 0',
        r'random\.csv is damaged',
        manifest(lambda found: {**found, 'top_k': 0}),
    ),
    Row(
        MAPPED,
        'a manifest that is no JSON',
        r'random\.csv\.json is damaged',
        text('maps/random.csv.json', '{'),
    ),
    Row(
        MAPPED,
        'no manifest',
        r'random\.csv\.json does not exist',
        gone('maps/random.csv.json'),
    ),
    # Translation.
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
    # Maps of scenes.
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
    # Data sets of one's own.
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
    Row(NAMED, 'no valid pixel', r'nodata', no_data('source')),
    Row(
        NAMED,
        'a manifest that is a list',
        r'manifest\.json is damaged',
        text('out/manifest.json', '[]'),
    ),
    # From scenes to maps.
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
        ADAPT,
        'a record that is a list',
        r'adapt\.json is damaged',
        text('out/adapt.json', '[]'),
    ),
    # Pseudo labels.
    Row(
        f'{LABEL_TARGET} --option {{}}',
        'an option',
        r'delta',
        values=('delta', 'delta=x', 'dleta=1', """'delta="a"'"""),
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
    # Tests and tables.
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
    # Where it is written to.
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
