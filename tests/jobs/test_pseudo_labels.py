"""Pseudo labels as files, and the rounds that train on them."""

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmengine.config import ConfigDict
from mmengine.visualization import Visualizer
from mmseg.registry import MODELS
from toy_run import forget_instances, make_data, mmuda, write_config

from mmuda.datasets.rasters import encode_geotiff
from mmuda.datasets.transforms import LoadPseudoLabels
from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.adaptation.distillation import AveragedJob
from mmuda.jobs.config import load_config
from mmuda.jobs.prediction import Model
from mmuda.jobs.prerequisites import (
    GivenLabels,
    LabellingModel,
    check_all,
    prerequisites_of,
)
from mmuda.jobs.pseudo_labels import LabellingJob, make_pseudo_labels
from mmuda.jobs.pseudo_labels import make as making
from mmuda.jobs.pseudo_labels import predictions as predicting
from mmuda.jobs.pseudo_labels.spatial_prior import spatial_prior
from mmuda.jobs.training import train
from mmuda.models.taps import record_taps
from mmuda.pseudo_labels import BalancedAssignment, Prediction, PrototypeWeighting
from mmuda.pseudo_labels.superpixels import superpixels


def self_training(optimizer=None):
    """Model and optimizer of plain self-training."""
    model = ConfigDict(
        type='DomainAdaptor',
        segmentor=toy_segmentor(norm=dict(type='BN'), dropout=0.5),
        data_preprocessor=dict(
            type='DomainDataPreprocessor',
            size_divisor=1,
            mean=[127.0] * 3,
            std=[64.0] * 3,
        ),
        objectives=dict(
            supervision=dict(type='Supervision', phase='segmentor'),
            pseudo_labels=dict(type='PseudoLabelSupervision'),
        ),
        phases=[dict(name='segmentor', updates=['segmentor'])],
    )
    sgd = dict(optimizer=optimizer or dict(type='SGD', lr=0.05, momentum=0.9))
    optimizers = dict(constructor='PhasedOptimWrapperConstructor', segmentor=sgd)
    return dict(model=model.to_dict(), optimizers=optimizers)


def write_source_model(folder):
    """Config of a model that is trained on the source alone."""
    model = self_training()['model']['segmentor']
    model['data_preprocessor'] = dict(
        type='RasterDataPreprocessor', size_divisor=1, mean=[127.0] * 3, std=[64.0] * 3
    )
    optimizers = dict(optimizer=dict(type='SGD', lr=0.05))
    file = write_config(
        folder, 'plain', model=model, optimizers=optimizers, max_iters=4
    )
    with open(file, 'a') as text:
        text.write(
            "train_dataloader['sampler'] = dict(type='SourceSampler')\n"
            'val_cfg = val_dataloader = val_evaluator = None\n'
        )


def write_rounds(home, name='rounds', rounds=2, **labels):
    """Config of rounds of self-training."""
    labels = dict(strategy='class_balanced', portion=[0.3, 0.6]) | labels
    config = write_config(home, name, **self_training(), max_iters=6)
    with open(config, 'a') as text:
        text.write(
            f"source_model = 'plain.py'\npseudo_labels = {labels!r}\n"
            f'rounds = {rounds}\nval_cfg = val_dataloader = val_evaluator = None\n'
        )
    return config


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a source model; one target image has nodata."""
    folder = tmp_path / 'task'
    make_data(folder / 'data')
    rng = np.random.default_rng(1)
    image = rng.integers(1, 255, size=(16, 16, 3), dtype=np.uint8)
    image[:, :5] = 0
    bands = ('red', 'green', 'blue')
    file = folder / 'data/target/images/3.tif'
    file.write_bytes(encode_geotiff(image, bands, nodata=0))
    write_source_model(folder)
    return folder


def weights(file):
    return load_checked(str(file))['state_dict']


def assert_equal(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def content_of(path):
    """Every file below a folder."""
    files = sorted(p for p in Path(path).rglob('*') if p.is_file())
    return {str(p.relative_to(path)): p.read_bytes() for p in files}


def test_the_command_writes_labels_figures_and_a_sheet(folder):
    """What lies there is what the model says, where it is sure enough."""
    config = write_rounds(folder)
    cfg = load_config(config)
    save_model(cfg, 'model.pth')
    options = ('--strategy', 'fixed_threshold', '--option', 'threshold=0.4')
    found = {}
    for alpha in (0.0, 1.0):
        how = ('--cfg-options', f'model.statistics.alpha={alpha}')
        out = Path(f'out_{alpha}')
        mmuda('pseudo_label', config, 'model.pth', '--out', out, *options, *how)
        manifest = json.loads((out / 'manifest.json').read_text())
        assert (manifest['alpha'], manifest['strategy']) == (alpha, 'fixed_threshold')
        files = ['labels.json', 'manifest.json', 'sheet.png']
        maps = [f'labels/{i}.png' for i in range(6)]
        assert set(content_of(out)) == {*files, *maps}
        labels = [cv2.imread(f'{out}/labels/{i}.png', -1) for i in range(6)]
        assert (labels[3][:, :5] == 255).all()  # nodata
        figures = json.loads((out / 'labels.json').read_text())
        every = np.stack(labels)
        pixels = every.size - 16 * 5
        assert figures['pixels'] == pixels
        assert figures['kept'] == pytest.approx((every < 255).sum() / pixels)
        shares = figures['share_of_labels'].values()
        expected = [(every == c).sum() / (every < 255).sum() for c in range(3)]
        assert list(shares) == pytest.approx(expected)
        assert 'accuracy (analysis only)' not in figures
        found[alpha] = predicted(cfg, alpha)
        for label, p in zip(every[:, :, 5:], found[alpha], strict=True):
            p = p[..., 5:]
            sure = np.where(p.max(0) > 0.4, p.argmax(0), 255)
            assert (label != sure).mean() < 0.01  # half precision
    assert not np.allclose(found[0.0][0], found[1.0][0])


def save_model(cfg, file, seed=0):
    """Random weights, with other batch statistics for each domain."""
    torch.manual_seed(seed)
    model = MODELS.build(cfg.model)
    for role, mean in (('source', 0.3), ('target', -0.4)):
        for layer in getattr(model.statistics, role).layers.values():
            layer.running_mean += mean
            layer.num_batches_tracked += 1
    torch.save(dict(state_dict=model.state_dict()), file)


def test_an_average_of_models_labels_by_the_mean_of_what_they_say(folder):
    """Each with its own statistics; no label of the target is there."""
    config = write_rounds(folder)
    cfg = load_config(config)
    shutil.rmtree(folder / 'data/target/labels')
    members, mean = [], 0
    for seed, alpha in ((0, 0.0), (1, 1.0)):
        save_model(cfg, f'{seed}.pth', seed)
        shutil.copy(f'{seed}.pth', 'model.pth')
        members.append(Model(config, f'{seed}.pth', alpha=alpha))
        mean = mean + np.stack(predicted(cfg, alpha)) / 2
    how = ('fixed_threshold', dict(threshold=0.4))
    job = AveragedJob(cfg, Path('0.pth'), Path('out'), *how, members=members)
    make_pseudo_labels(job)
    labels = np.stack([cv2.imread(f'out/labels/{i}.png', -1) for i in range(6)])
    sure = np.where(mean.max(1) > 0.4, mean.argmax(1), 255)
    assert (labels[..., 5:] != sure[..., 5:]).mean() < 0.01  # half precision
    assert 0 < (sure < 255).mean() < 1
    other = replace(job, members=members[:1])
    assert other.name != job.name
    with pytest.raises(ValueError, match='was made with members'):
        make_pseudo_labels(other)


def predicted(cfg, alpha):
    """Probabilities by MMSeg's own test step."""
    from mmengine.dataset import pseudo_collate
    from mmseg.registry import DATASETS

    cfg.model.statistics = dict(alpha=alpha)
    model = MODELS.build(cfg.model)
    model.load_state_dict(weights('model.pth'))
    target = cfg.train_dataloader.dataset.target
    steps = [step for step in target.pipeline if step.type != 'RandomFlip']
    dataset = DATASETS.build({**target, 'pipeline': steps})
    with torch.no_grad():
        return [
            model.eval()
            .test_step(pseudo_collate([dataset[i]]))[0]
            .seg_logits.data.softmax(0)
            .numpy()
            for i in range(6)
        ]


def test_stopped_and_gone_on_gives_the_same_files(folder, monkeypatch):
    """Stopped while predicting, or while choosing by thresholds that move."""
    mmuda('train', folder / 'plain.py')
    cfg = load_config(folder / 'plain.py')
    checkpoint = Path(cfg.work_dir, 'iter_4.pth')
    monkeypatch.setattr(predicting, 'BLOCK', 2)

    def job(out):
        return LabellingJob(cfg, checkpoint, Path(out), 'instance_adaptive', {})

    make_pseudo_labels(job('whole'))
    for module, name, after in (
        (predicting.np, 'savez', 3),
        (making, 'write_labels', 2),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(module, name, stopping(getattr(module, name), after))
            with pytest.raises(KeyboardInterrupt):
                make_pseudo_labels(job(name))
        assert not job(name).finished
        make_pseudo_labels(job(name))
        assert content_of(name) == content_of('whole')
    other = LabellingJob(cfg, checkpoint, Path('whole'), 'fixed_threshold', {})
    with pytest.raises(
        ValueError, match="with strategy 'instance_adaptive', now it is"
    ):
        make_pseudo_labels(other)


TAP = 'backbone.decoder.0'
CORRECTED = dict(
    prototypes=dict(tap=TAP, temperature=0.1),
    balance=dict(shares=dict(a=0.2, b=0.5, c=0.3)),
)


def test_corrected_before_the_choice(folder, monkeypatch):
    """By prototypes and to shares, each learned from all images, in this order."""
    cfg = load_config(write_rounds(folder))
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict()), 'model.pth')
    options = dict(threshold=0.0, **CORRECTED)

    def job(out):
        new = LabellingJob(
            cfg, Path('model.pth'), Path(out), 'fixed_threshold', options
        )
        return new.resolved()

    make_pseudo_labels(job('whole'))
    files = {'prototypes.npy', 'balance.npy'}
    assert files < {file.name for file in Path('whole').iterdir()}

    # The same on all images at once.
    images = torch.stack([sample['inputs'] for sample in job('x').images]).float()
    with torch.no_grad(), record_taps(model.eval().segmentor, [TAP]) as features:
        p = model((images - 127) / 64, mode='tensor').softmax(1)
    valid = torch.ones(6, 16, 16, dtype=torch.bool)
    valid[3, :, :5] = False
    weighting = PrototypeWeighting(3, **CORRECTED['prototypes'])
    balance = BalancedAssignment(3, [0.2, 0.5, 0.3])
    every = [
        Prediction(p[i], p[i], valid[i], {TAP: features[TAP][i]}) for i in range(6)
    ]
    for rectifier, name in ((weighting, 'prototypes'), (balance, 'balance')):
        for image in every:
            rectifier.observe(image)
        rectifier.learned = rectifier.conclude()
        learned = np.load(f'whole/{name}.npy')
        np.testing.assert_allclose(learned, rectifier.learned, rtol=1e-4, atol=1e-5)
        for image in every:
            image.probabilities = rectifier.rectify(image)
    for i, image in enumerate(every):
        wanted = image.probabilities.argmax(0).masked_fill(~valid[i], 255).numpy()
        labels = cv2.imread(f'whole/labels/{i}.png', -1)
        assert (labels != wanted).mean() < 0.01
    before = torch.cat([p[i][:, valid[i]].argmax(0) for i in range(6)])
    after = torch.cat([e.probabilities[:, e.valid].argmax(0) for e in every])
    assert (before != after).any()

    # Stopped while the second one learns, it goes on with what the first one knows.
    with monkeypatch.context() as patched:
        observe = stopping(BalancedAssignment.observe, 2)
        patched.setattr(BalancedAssignment, 'observe', observe)
        with pytest.raises(KeyboardInterrupt):
            make_pseudo_labels(job('stopped'))
    make_pseudo_labels(job('stopped'))
    assert content_of('stopped') == content_of('whole')


def stopping(function, after):
    """The function, until it was called so many times."""
    calls = iter(range(after))

    def stops(*args, **kwargs):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return function(*args, **kwargs)

    return stops


DEADLY = """
import os, signal
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

@HOOKS.register_module()
class Die(Hook):
    def after_train_iter(self, runner, *args, **kwargs):
        if runner.iter == 4 and not runner.work_dir.endswith('round1'):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_rounds_killed_and_resumed_and_without_target_labels(folder, monkeypatch):
    """One command makes all rounds; killed in the second, it goes on, bit for bit.

    The labels of the target are not even there.
    """
    config = write_rounds(folder)
    mmuda('train', folder / 'plain.py')
    commands = []

    def run(command, env):
        del env
        commands.append(command[3:])
        return mmuda(*command[3:])  # a fork, which has imported already what it needs

    forks = SimpleNamespace(run=run)
    monkeypatch.setattr('mmuda.jobs.prerequisites.base.subprocess', forks)
    forget_instances(Visualizer)  # that writes elsewhere
    train(load_config(config))
    forget_instances(Visualizer)
    (words,) = commands
    assert words[0] == 'train'
    assert words[-3:] == ['--resume', '--cfg-options', 'rounds=1']
    cfg = load_config(config)
    folders = [f'work_dirs/task/{name}' for name in ('plain', 'rounds_round1')]
    assert cfg.work_dir == 'work_dirs/task/rounds'
    portions = []
    for run in folders:
        (labels,) = Path(run, 'pseudo_labels').iterdir()
        portions.append(json.loads((labels / 'manifest.json').read_text())['options'])
        assert len(list((labels / 'labels').iterdir())) == 6
    assert portions == [dict(portion=0.3), dict(portion=0.6)]
    whole = weights('work_dirs/task/rounds/iter_6.pth')
    first = weights('work_dirs/task/rounds_round1/iter_6.pth')
    assert any(not torch.equal(whole[name], first[name]) for name in whole)
    shutil.move('work_dirs', 'whole')

    shutil.rmtree(folder / 'data/target/labels')
    mmuda('train', folder / 'plain.py')
    mmuda('train', config, '--cfg-options', 'rounds=1')
    config_text = Path(config).read_text()
    (folder / 'deadly_hook.py').write_text(DEADLY)
    hook = "custom_imports = dict(imports=['deadly_hook'])\n"
    hook += "custom_hooks = [dict(type='Die')]\n"
    Path(config).write_text(config_text + hook)
    path = dict(PYTHONPATH=os.pathsep.join([str(folder), *sys.path]))
    killed = mmuda('train', config, check=False, **path)
    assert killed.returncode == -9
    assert not Path('work_dirs/task/rounds/iter_6.pth').exists()
    Path(config).write_text(config_text)
    done = mmuda('train', config, '--resume', **path)
    assert 'not there yet' not in done.stdout
    assert_equal(weights('work_dirs/task/rounds/iter_6.pth'), whole)

    # Labels that are there are learned from as those of a round are.
    (labels,) = Path('work_dirs/task/rounds_round1/pseudo_labels').iterdir()
    mmuda('train', write_rounds(folder, 'given', rounds=1, folder=str(labels)))
    assert_equal(weights('work_dirs/task/given/iter_6.pth'), whole)


def test_given_labels_are_there_and_of_these_images(folder):
    cfg = load_config(write_rounds(folder, folder='given'))
    with pytest.raises(FileNotFoundError, match=r'is given, which has no labels\.json'):
        check_all(cfg)
    Path('given').mkdir()
    Path('given/labels.json').write_text('{}')
    Path('given/manifest.json').write_text('{"images": "others"}')
    (given,) = (p for p in check_all(cfg) if isinstance(p, GivenLabels))
    with pytest.raises(ValueError, match='given has labels of other images than'):
        given.use(cfg)


def test_a_round_can_continue(folder):
    """With the weights of the model that made its labels, also after a warm start."""
    still = ('optim_wrapper.segmentor.optimizer.lr=0.0', 'warm_start=True')
    plain, first = 'work_dirs/task/plain/iter_4.pth', 'work_dirs/task/first/iter_6.pth'
    mmuda('train', folder / 'plain.py')
    write_rounds(folder, 'first', rounds=1)
    mmuda('train', folder / 'first.py')
    for how, expected in (('restart', plain), ('continue', first)):
        config = write_rounds(folder, how, rounds=1, weights=how, config='first.py')
        mmuda('train', config, '--cfg-options', *still)
        found = weights(f'work_dirs/task/{how}/iter_6.pth')
        prefix = 'segmentor.' if expected == first else ''
        name = 'decode_head.conv_seg.weight'
        assert torch.equal(found[f'segmentor.{name}'], weights(expected)[prefix + name])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'pseudo_labels.strategy': 'best'}, 'must be one of category_adaptive, '),
        ({'pseudo_labels.threshold': 0.9}, "no option 'threshold', expected .*portion"),
        ({'pseudo_labels.portion': 2.0}, r'portion must be in \(0, 1\], got 2.0'),
        ({'pseudo_labels.weights': 'keep'}, "weights must be one of .* got 'keep'"),
        ({'pseudo_labels.prototypes': dict(tap='neck')}, "tap 'neck' of pseudo_labels"),
        ({'pseudo_labels.prototypes': 1}, 'must be a dict with some of tap, temperat'),
        ({'pseudo_labels.balance': dict(size=1)}, "balance of .* argument 'size'"),
        ({'rounds': 0}, 'rounds must be a number from 1 on, got 0'),
        ({'source_model': None, 'rounds': 1}, 'no model that makes them'),
        ({'model.objectives.pseudo_labels': None}, 'none of its objectives is a'),
        (
            {
                'pseudo_labels.strategy': 'category_adaptive',
                'pseudo_labels.delta': dict(x=1),
                'pseudo_labels.portion': None,
            },
            "delta of pseudo_labels names 'x', expected some of a, b, c",
        ),
    ],
)
def test_refuses_what_can_not_be_meant(folder, options, message):
    """Before anything is made."""
    cfg = load_config(write_rounds(folder), options=options)
    for key in [k for k, v in cfg.pseudo_labels.items() if v is None]:
        del cfg.pseudo_labels[key]
    with pytest.raises(ValueError, match=message):
        check_all(cfg)
    assert not Path('work_dirs').exists()


def test_a_round_trained_on_other_labels_is_refused(folder):
    """The config of the first round says another portion now."""
    mmuda('train', folder / 'plain.py')
    mmuda('train', write_rounds(folder, rounds=1))
    os.rename('work_dirs/task/rounds', 'work_dirs/task/rounds_round1')
    check_all(load_config(write_rounds(folder)))
    config = write_rounds(folder, portion=[0.5, 0.6])
    model, _ = prerequisites_of(load_config(config))
    assert isinstance(model, LabellingModel)
    with pytest.raises(ValueError, match=r'trained with pseudo_labels.portion'):
        check_all(load_config(config))


def test_pseudo_labels_are_loaded_as_labels_are(folder, tmp_path):
    """Of their size, nodata ignored, those of a patch by its number."""
    maps = tmp_path / 'maps'
    maps.mkdir()
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for name in ('a', 'a_2'):
        cv2.imwrite(str(maps / f'{name}.png'), labels + (name == 'a_2'))
    load = LoadPseudoLabels(str(maps), str(tmp_path / 'images'))
    sample = dict(img_path=str(tmp_path / 'images/a.tif'), ori_shape=(3, 4))
    nodata = np.zeros((3, 4), bool)
    nodata[0, 1] = True
    found = load(dict(sample, nodata=nodata, seg_fields=[]))
    expected = labels.copy()
    expected[0, 1] = 255
    np.testing.assert_array_equal(found['gt_seg_map'], expected)
    assert found['seg_fields'] == ['gt_seg_map']
    found = load(dict(sample, patch=2, seg_fields=[]))
    np.testing.assert_array_equal(found['gt_seg_map'], labels + 1)
    with pytest.raises(ValueError, match=r'a.png: pseudo labels of \(3, 4\), expected'):
        load(dict(sample, ori_shape=(3, 5), seg_fields=[]))
    with pytest.raises(FileNotFoundError, match=r'a_7.png: no such file'):
        load(dict(sample, patch=7, seg_fields=[]))


def test_the_spatial_prior_is_where_classes_are(folder):
    """A class that lies in the upper quarter is four times as frequent there."""
    for file in (folder / 'data/source/labels').iterdir():
        labels = np.ones((16, 16), np.uint8)
        labels[:4] = 0
        cv2.imwrite(str(file), labels)
    cfg = load_config(folder / 'plain.py')
    prior = spatial_prior([cfg.train_dataloader.dataset.source], 3)
    np.testing.assert_allclose(prior[0, :12], 4.0, rtol=1e-5)
    np.testing.assert_allclose(prior[0, 24:], 0.0)
    np.testing.assert_allclose(prior[1, 24:], 4 / 3, rtol=1e-5)
    np.testing.assert_allclose(prior.mean((1, 2)), 1.0, rtol=1e-5)
    assert (prior[2] == 1).all()  # never seen


def test_the_truth_is_compared_with_and_changes_nothing(folder):
    """Right labels of a class over those at labelled pixels, in percent."""
    mmuda('train', folder / 'plain.py')
    cfg = load_config(folder / 'plain.py')
    truth = ConfigDict(cfg.train_dataloader.dataset.source)
    truth.data_prefix = dict(img_path='target/images', seg_map_path='target/labels')
    cfg.pairing = dict(target_labels=truth)
    checkpoint = Path(cfg.work_dir, 'iter_4.pth')
    options = dict(portion=0.5)
    blind, seen = (
        LabellingJob(cfg, checkpoint, Path(out), 'class_balanced', options)
        for out in ('blind', 'seen')
    )
    make_pseudo_labels(blind)
    figures = make_pseudo_labels(seen, with_truth=True)
    for name in seen.names:
        assert (
            Path('seen/labels', name).read_bytes()
            == Path('blind/labels', name).read_bytes()
        )
    read = [
        np.stack([cv2.imread(f'{root}/{name}', -1) for name in seen.names])
        for root in ('seen/labels', folder / 'data/target/labels')
    ]
    for number, percent in enumerate(figures['accuracy (analysis only)'].values()):
        mine = read[1][read[0] == number]
        if len(mine):
            assert percent == pytest.approx(100 * (mine == number).mean())


def test_landmarks_are_superpixels_by_a_classifier_of_the_source(folder):
    """Half of those of each image, whole; a stopped job goes on with its classifier."""
    config = write_rounds(folder, rounds=1, strategy='landmark_superpixels')
    cfg = load_config(config)
    torch.manual_seed(0)
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), 'model.pth')
    options = dict(superpixels=9, share=0.5)
    job = LabellingJob(
        cfg, Path('model.pth'), Path('out'), 'landmark_superpixels', options
    ).resolved()
    make_pseudo_labels(job)
    weights = np.load('out/classifier.npy')
    assert weights.shape == (3, 5 * 3 + 1)
    before = content_of('out')
    for index, name in enumerate(job.names):
        labels = cv2.imread(f'out/labels/{name}', -1)
        image = job.images[index]['inputs'].permute(1, 2, 0).numpy()
        ids = superpixels(image, 9)
        invalid = np.zeros_like(labels, bool)
        invalid[:, : 5 * (index == 3)] = True  # nodata
        assert (labels[invalid] == 255).all()
        found = [set(labels[(ids == k) & ~invalid]) for k in range(ids.max() + 1)]
        there = [classes for classes in found if classes]
        assert all(len(classes) == 1 for classes in there)
        assert there.count({255}) == len(there) - len(there) // 2
    learnt = Path('out/classifier.npy').stat().st_mtime_ns
    for file in ('labels.json', f'labels/{job.names[0]}'):
        Path('out', file).unlink()
    make_pseudo_labels(job)
    assert content_of('out') == before
    assert Path('out/classifier.npy').stat().st_mtime_ns == learnt
    # Other source images would make other landmarks.
    assert len(job.manifest()['source_images']) == 1
