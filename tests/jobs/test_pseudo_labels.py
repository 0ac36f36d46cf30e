"""Pseudo labels as files."""

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from self_training_toy import make_task, write_rounds
from toy_run import mmuda

from mmuda.datasets.transforms import LoadPseudoLabels
from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.adaptation.distillation import AveragedJob
from mmuda.jobs.config import load_config
from mmuda.jobs.prediction import Model
from mmuda.jobs.pseudo_labels import LabellingJob, make_pseudo_labels
from mmuda.jobs.pseudo_labels import make as making
from mmuda.jobs.pseudo_labels import predictions as predicting
from mmuda.jobs.pseudo_labels.spatial_prior import spatial_prior
from mmuda.jobs.statistics import is_measured
from mmuda.models.taps import record_taps
from mmuda.pseudo_labels import BalancedAssignment, Prediction, PrototypeWeighting
from mmuda.pseudo_labels.superpixels import superpixels


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a source model; one target image has nodata."""
    return make_task(tmp_path / 'task')


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


def test_a_plain_source_model_labels_with_the_statistics_that_are_asked_for(folder):
    """Those of the target are those of all its images at once, as torch counts them.

    Measured anew when the model is another one, or the target.
    """
    cfg = load_config(folder / 'plain.py')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    images = [
        sample['inputs']
        for sample in LabellingJob(
            cfg, Path('model.pth'), Path('x'), 'fixed_threshold', {}
        ).images
    ]
    images = (torch.stack(images).float() - 127) / 64
    options = ('--strategy', 'fixed_threshold', '--option', 'threshold=0')
    for number in range(2):
        for weight in model.parameters():
            weight.data += torch.randn_like(weight)
        bare = model.state_dict()
        torch.save(bare if number else dict(state_dict=bare), 'model.pth')
        found = {}
        for alpha in (0, 1):
            out = Path(f'out_{number}_{alpha}')
            how = ('--out', out, *options, '--alpha', alpha)
            mmuda('pseudo_label', folder / 'plain.py', 'model.pth', *how)
            assert json.loads((out / 'manifest.json').read_text())['alpha'] == alpha
            found[alpha] = labels_in(out)
            said = predicted_with(model, images, target=bool(alpha))
            wrong = (found[alpha] != said)[..., 5:].mean()
            assert wrong < 0.01, (number, alpha)
        assert (found[0] != found[1])[..., 5:].mean() > 0.1
    assert is_measured(cfg, Path('model.pth'))
    (folder / 'data/target/images/0.tif').unlink()
    assert not is_measured(cfg, Path('model.pth'))


def labels_in(out):
    """Label maps of the six images."""
    return np.stack([cv2.imread(f'{out}/labels/{i}.png', -1) for i in range(6)])


@torch.no_grad()
def predicted_with(model, images, *, target):
    """Classes by a copy of the model, with statistics of these images or its own."""
    model = copy.deepcopy(model).eval()
    if target:
        for layer in model.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.train()
                layer.momentum = 1.0
        model(images, mode='tensor')
    return model.eval()(images, mode='tensor').argmax(1).numpy()


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
    model.load_state_dict(load_checked('model.pth')['state_dict'])
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
    save_model(cfg, 'model.pth')
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
    # Whatever the target passes with, the source passes with its own statistics.
    made = []
    for alpha in (0.0, 1.0):
        make_pseudo_labels(replace(job, alpha=alpha, out=Path(f'out_{alpha}')))
        made.append(content_of(f'out_{alpha}'))
    assert made[0]['classifier.npy'] == made[1]['classifier.npy']
    # Other source images would make other landmarks.
    assert len(job.manifest()['source_images']) == 1
