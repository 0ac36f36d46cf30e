"""Selection and diagnosis of runs: without target labels, and resumed exactly."""

import json
import os
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from conftest import toy_adaptor, toy_optimizers, toy_sample
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.engine.hooks.prior import PriorHook
from mmuda.evaluation.collecting import collect
from mmuda.evaluation.criteria import CRITERIA
from mmuda.evaluation.shares import Calibration, PriorCorrection
from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.diagnosis import diagnose_config, diagnosis_of
from mmuda.jobs.evidence import Evidence
from mmuda.jobs.keep_best import KeepBestHook
from mmuda.jobs.selection import select
from mmuda.jobs.selection_oracle import measure_checkpoints, true_figures
from mmuda.jobs.trained_model import load_model

HOOKS = """
custom_hooks = [
    dict(type='KeepBestHook', criterion='infomax', interval=8),
    dict(type='KeepBestHook', criterion='consistency', interval=12)]
default_hooks['checkpoint'].update(interval=8, max_keep_ckpts=-1)
"""
NO_VALIDATION = """
val_dataloader = val_cfg = val_evaluator = None
train_cfg.pop('val_interval')
"""
EVIDENCE = ('infomax', 'consistency')


def write_learner(home, name='toy', **segmentor):
    """A config that learns in 24 iterations to tell classes apart."""
    model = toy_adaptor(**segmentor)
    model.data_preprocessor.update(mean=[90.0] * 3, std=[50.0] * 3)
    optimizers = toy_optimizers(dict(type='Adam', lr=0.05))
    learner = dict(model=model.to_dict(), optimizers=optimizers, max_iters=24)
    return write_config(home, name, **learner)


@pytest.fixture(scope='module')
def home(tmp_path_factory):
    """A finished run on data whose target labels are gone."""
    home = tmp_path_factory.mktemp('home')
    make_data(home / 'data')
    config = write_learner(home)
    with open(config, 'a') as text:
        text.write(HOOKS + NO_VALIDATION)
    shutil.copytree(home / 'data/target/labels', home / 'labels')
    mmuda('train', config, '--work-dir', home / 'labelled')
    shutil.rmtree(home / 'data/target/labels')
    mmuda('train', config, '--work-dir', home / 'run')
    return home


def scores(folder, criterion):
    return json.loads((folder / f'selection_{criterion}.json').read_text())['scores']


def assert_same(first, second):
    found = [load_checked(file)['state_dict'] for file in (first, second)]
    assert found[0].keys() == found[1].keys()
    for name, value in found[0].items():
        assert torch.equal(value, found[1][name]), name


@pytest.mark.parametrize('criterion', EVIDENCE)
def test_keeps_the_best_and_asks_no_target_label(home, criterion):
    found = scores(home / 'run', criterion)
    looked_at = dict(infomax=['8', '16', '24'], consistency=['12', '24'])
    assert list(found) == looked_at[criterion]
    assert found == scores(home / 'labelled', criterion)
    kept = f'best_{criterion}.pth'
    known = {int(n): s for n, s in found.items() if s is not None}
    best = max(known, key=known.get)
    meta = load_checked(home / 'run' / kept)['meta']
    assert meta['iter'] == best
    assert_same(home / 'run' / kept, home / 'labelled' / kept)
    if criterion == 'infomax':
        assert_same(home / 'run' / kept, home / f'run/iter_{best}.pth')


def test_a_resumed_run_keeps_the_same(home, tmp_path):
    shutil.copy(home / 'run/iter_16.pth', tmp_path)
    mmuda('train', home / 'toy.py', '--work-dir', tmp_path, '--resume')
    for criterion in EVIDENCE:
        assert scores(tmp_path, criterion) == scores(home / 'run', criterion)
    assert_same(tmp_path / 'iter_24.pth', home / 'run/iter_24.pth')


def test_looking_changes_nothing(home, tmp_path):
    """Weights are those of a run without the hook."""
    config = write_learner(home, 'plain')
    with open(config, 'a') as text:
        text.write(HOOKS.replace('custom_hooks =', 'nothing =') + NO_VALIDATION)
    mmuda('train', config, '--work-dir', tmp_path)
    assert_same(tmp_path / 'iter_24.pth', home / 'run/iter_24.pth')


def test_the_hook_refuses_what_it_can_not_do():
    with pytest.raises(ValueError, match=r'no criterion .ensv. to select by'):
        KeepBestHook('ensv')
    with pytest.raises(ValueError, match='interval must be at least 1, got 0'):
        KeepBestHook('snd', interval=0)


def test_select_scores_and_asks_no_target_label(home, capsys):
    runs = [home / 'run', home / 'labelled/iter_24.pth']
    chosen = select(runs, Path('out.json'), 'source')
    found = json.loads(Path('out.json').read_text())
    assert set(found['scores']) == set(CRITERIA)
    names = ['run/iter_16', 'run/iter_24', 'labelled/iter_24']
    stems = [Path(c).stem for c in found['checkpoints']]
    assert stems == ['iter_8', 'iter_16', 'iter_24', 'iter_24']
    assert found['scores']['snd'][2] == found['scores']['snd'][3]
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)
    assert 'chosen by source: ' in printed
    assert found['chosen'] == str(chosen)
    assert not found['collapsed'][2]
    # The same with labels in place.
    shutil.copytree(home / 'labels', home / 'data/target/labels')
    try:
        select(runs, Path('with.json'), 'source')
    finally:
        shutil.rmtree(home / 'data/target/labels')
    assert json.loads(Path('with.json').read_text()) == found


def test_the_same_checkpoint_with_other_batch_statistics(home, capsys):
    """Others for the target, the same for the source; the truth of each is its own."""
    config = write_learner(home, 'normalised', norm=dict(type='BN'))
    with open(config, 'a') as text:
        text.write(NO_VALIDATION)
    mmuda('train', config, '--work-dir', home / 'normalised')
    last = home / 'normalised/iter_24.pth'
    chosen = select([f'{last}@0', f'{last}@1'], Path('out.json'), 'entropy')
    found = json.loads(Path('out.json').read_text())
    assert found['alphas'] == [0, 1]
    assert found['checkpoints'] == [str(last)] * 2
    assert len(set(found['scores']['source'])) == 1
    assert len(set(found['scores']['entropy'])) == 2
    assert str(chosen) == found['chosen']
    assert str(chosen).startswith(f'{last}@')
    assert 'normalised/iter_24@1' in capsys.readouterr().out
    shutil.copytree(home / 'labels', home / 'data/target/labels')
    try:
        measure_checkpoints('out.json')
        words = ['--alpha', '1', '--json', 'test.json']
        mmuda('test', config, last, *words)
    finally:
        shutil.rmtree(home / 'data/target/labels')
    assert true_figures(last, 1) == json.loads(Path('test.json').read_text())
    assert true_figures(last, 0) != true_figures(last, 1)
    assert true_figures(last) is None


def test_what_is_true_is_measured_once_all_is_chosen(home):
    """And then equals what a test of the checkpoint measures."""
    checkpoint = home / 'run/iter_24.pth'
    Path('out.json').write_text(json.dumps({'checkpoints': [str(checkpoint)]}))
    with pytest.raises(FileNotFoundError, match=r'no folder .*target/labels'):
        measure_checkpoints('out.json')
    assert true_figures(checkpoint) is None
    shutil.copytree(home / 'labels', home / 'data/target/labels')
    try:
        measure_checkpoints('out.json')
        mmuda('test', home / 'toy.py', checkpoint, '--json', 'test.json')
    finally:
        shutil.rmtree(home / 'data/target/labels')
    assert true_figures(checkpoint) == json.loads(Path('test.json').read_text())
    measure_checkpoints('out.json')  # known: no label is read again
    os.utime(checkpoint, (time.time() + 9, time.time() + 9))
    assert true_figures(checkpoint) is None


def test_select_refuses_what_can_not_be_compared(home):
    with pytest.raises(FileNotFoundError, match='no checkpoint, expected iter_<n>'):
        select([home / 'data'], Path('out.json'))
    lonely = Path('lonely/iter_1.pth')
    lonely.parent.mkdir()
    shutil.copy(home / 'run/iter_24.pth', lonely)
    with pytest.raises(FileNotFoundError, match='has no config'):
        select([lonely], Path('out.json'))
    Config(dict(oracle=True)).dump('lonely/toy.py')
    with pytest.raises(ValueError, match='is an oracle'):
        select([lonely], Path('out.json'))
    Config(dict(source='a', target='b')).dump('lonely/toy.py')
    with pytest.raises(ValueError, match='models of other domains'):
        select([home / 'run', lonely], Path('out.json'))


@pytest.fixture
def model(home):
    cfg = load_config(home / 'toy.py')
    return cfg, load_model(cfg, home / 'run/iter_24.pth')


def test_samples_are_what_the_model_says_there(home, model):
    """And nodata is in none of them; the model is as it was."""
    cfg, network = model
    network.train()
    evidence = Evidence.of(cfg)
    (dataset,) = evidence.source
    image = dataset[0]['inputs'].clone()
    samples = collect(network, [dataset], 'source', 3, inner=True, views=True)
    assert network.training
    assert samples.logits.shape == (3, 196, 3)
    # Without the values that its levels lie at, a pixel is 60 times its class.
    assert ((samples.bands[..., 0] // 60).astype(int) == samples.labels).all()
    network.eval()
    kept = Path(dataset[0]['data_samples'].img_path)
    assert kept.stem == '0'
    inputs = network.data_preprocessor(dict(inputs=[image]), False)['inputs']
    logits = network.segmentor(inputs, mode='tensor')
    whole = torch.nn.functional.interpolate(
        logits, (16, 16), mode='bilinear', align_corners=False
    )[0].detach()
    rows = {tuple(r) for r in whole.flatten(1).T.numpy().round(4).tolist()}
    assert {tuple(r) for r in samples.logits[0].round(4).tolist()} <= rows


def test_each_domain_is_looked_at_with_its_own_statistics(home):
    cfg = load_config(home / 'toy.py')
    network = MODELS.build(toy_adaptor(norm=dict(type='BN')))
    for role, mean in (('source', 0.0), ('target', 5.0)):
        for layer in getattr(network.statistics, role).layers.values():
            layer.running_mean.fill_(mean)
            layer.num_batches_tracked.fill_(1)
    network.eval()
    evidence = Evidence.of(cfg)
    buffers = {n: b.clone() for n, b in network.segmentor.named_buffers()}
    source, target = evidence.of_model(network, 2)
    for name, value in network.segmentor.named_buffers():
        assert torch.equal(value, buffers[name]), name
    assert network.statistics.alpha == 1
    tile = collect(network, evidence.source, 'target', 1)
    assert not np.allclose(tile.logits[0], source.logits[0])
    network.statistics.alpha = 0.0
    again = collect(network.eval(), evidence.source, 'target', 1)
    assert np.array_equal(again.logits[0], source.logits[0])
    other = collect(network, evidence.target, 'target', 2)
    assert not np.allclose(other.logits, target.logits)


def test_invalid_pixels_and_unlabelled_ones_do_not_count(model):
    _, network = model

    class Half:
        """A tile whose left half is nodata, and whose upper half has no label."""

        def __len__(self):
            return 1

        def __getitem__(self, index):
            image, sample = toy_sample('source')
            invalid = torch.zeros((1, 16, 16), dtype=torch.bool)
            invalid[..., :8] = True
            sample.invalid = PixelData(data=invalid)
            sample.gt_sem_seg.data[:, :8] = 255
            sample.set_metainfo(dict(img_path='x'))
            return dict(inputs=image, data_samples=sample)

    found = collect(network, [Half()], 'source')
    assert found.valid.reshape(14, 14)[7:, 7:].all()
    assert not found.valid.reshape(14, 14)[:7].any()
    assert not found.valid.reshape(14, 14)[:, :7].any()
    target = collect(network, [Half()], 'target')
    assert target.labels is None
    assert target.valid.reshape(14, 14)[:, 7:].all()
    with pytest.raises(ValueError, match='the target has no image'):
        collect(network, [], 'target')


def test_diagnosis_is_written_and_asks_no_target_label(home, model, capsys):
    found = diagnose_config(model[0], home / 'run/iter_24.pth', Path('out'))
    written = json.loads(Path('out/diagnosis.json').read_text())
    assert written['sentence'] == found.sentence
    assert written['checkpoint'] == sha256_of(home / 'run/iter_24.pth')
    assert written['held_out'] is False
    assert sum(written['shares']['mlls']['target']) == pytest.approx(1)
    assert found.sentence in capsys.readouterr().out
    for picture in ('class_shares.png', 'looks.png'):
        assert cv2.imread(f'out/{picture}').std() > 10


def write_diagnosis(file, checkpoint, allowed=True):
    shares = dict(source=[0.5, 0.3, 0.2], target=[0.1, 0.2, 0.7])
    shares |= dict(low=shares['target'], high=shares['target'])
    content = dict(
        allows_correction=allowed,
        sentence='Looks differ.',
        checkpoint=sha256_of(checkpoint),
        calibration=dict(temperature=2.0, bias=[0.1, 0.0, -0.1]),
        shares=dict(mlls=shares),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def test_test_corrects_predictions_by_stored_priors(home, model):
    checkpoint = Path('run/iter_24.pth')
    shutil.copytree(home / 'labels', home / 'data/target/labels')
    shutil.copytree(home / 'run', 'run')
    write_diagnosis(diagnosis_of(checkpoint), checkpoint)
    config = write_learner(home, 'tested')
    try:
        mmuda('test', config, checkpoint, '--prior', 'mlls', '--out', 'corrected')
    finally:
        shutil.rmtree(home / 'data/target/labels')
    cfg, network = model
    (dataset,) = Evidence.of(cfg).target
    calibration = Calibration(2.0, np.array([0.1, 0, -0.1]))
    ratios = np.array([0.1 / 0.5, 0.2 / 0.3, 0.7 / 0.2])
    correction = PriorCorrection(calibration, ratios)
    changed = 0
    for index in range(len(dataset)):
        (sample,) = network.test_step(
            {
                k: [v]
                for k, v in dataset[index].items()
                if k in ('inputs', 'data_samples')
            }
        )
        logits = sample.seg_logits.data.detach().numpy().transpose(1, 2, 0)
        expected = correction.logits(logits).argmax(-1)
        name = f'{Path(sample.img_path).stem}.png'
        written = cv2.imread(f'corrected/{name}', cv2.IMREAD_UNCHANGED)
        assert (written == expected).all()
        changed += (expected != logits.argmax(-1)).sum()
    assert changed > 0


def test_priors_are_refused_where_they_do_not_belong(home):
    checkpoint, file = home / 'run/iter_24.pth', Path('x/diagnosis.json')
    with pytest.raises(FileNotFoundError, match=r'make it with tools/diagnose\.py'):
        PriorHook(file)
    write_diagnosis(file, checkpoint, allowed=False)
    with pytest.raises(ValueError, match=r'does not allow .* Looks differ\.'):
        PriorHook(file)
    write_diagnosis(file, home / 'run/iter_16.pth')
    hook = PriorHook(file)

    class Runner:
        _load_from = str(checkpoint)

    with pytest.raises(ValueError, match='made with another checkpoint'):
        hook.before_test(Runner())
