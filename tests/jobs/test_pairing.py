"""Mappings for the datasets of a config, against the definitions pair by pair."""

import json
import shutil
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS, MODELS
from scipy.spatial.distance import cdist
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.config import load_config
from mmuda.jobs.pairing import PairingOptions, make_mapping
from mmuda.jobs.pairing.make import map_images, pairing_images
from mmuda.jobs.pairing.report import write_report
from mmuda.jobs.statistics import measured_file
from mmuda.models.taps import read_taps
from mmuda.pairing import approximate_similarity, semantic_similarity

PREPROCESSOR = dict(type='RasterDataPreprocessor', mean=[90.0] * 3, std=[50.0] * 3)
TAP = 'backbone.decoder.0'


@pytest.fixture
def cfg(tmp_path):
    make_data(tmp_path / 'data')
    cfg = load_config(write_config(tmp_path))
    cfg.pairing = dict(target_labels=cfg.val_dataloader.dataset, tap=TAP)
    cfg.model = toy_segmentor()
    cfg.model.data_preprocessor = PREPROCESSOR
    return cfg


@pytest.fixture
def model(cfg):
    torch.manual_seed(0)
    return MODELS.build(cfg.model).eval()


@pytest.fixture
def checkpoint(model, tmp_path):
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'f.pth')
    return str(tmp_path / 'f.pth')


def plain(dataset):
    """The dataset without flips."""
    pipeline = [step for step in dataset.pipeline if step['type'] != 'RandomFlip']
    return DATASETS.build({**dataset, 'pipeline': pipeline})


def labels(dataset):
    built = plain(dataset)
    return [built[i]['data_samples'].gt_sem_seg.data[0] for i in range(6)]


def similarities(cfg):
    source = labels(cfg.train_dataloader.dataset.source)
    target = labels(cfg.val_dataloader.dataset)
    return np.array([[semantic_similarity(s, t) for t in target] for s in source])


def predictions(cfg, model):
    target = plain(cfg.train_dataloader.dataset.target)
    with torch.no_grad():
        return [
            model.test_step(pseudo_collate([target[i]]))[0].seg_logits.data.softmax(0)
            for i in range(6)
        ]


def indices(mapping):
    return [
        [int(name.removesuffix('.tif')) for name in names] for names in mapping.target
    ]


def assert_best(mapping, table, k=1):
    order = np.argsort(-np.asarray(table), axis=1, kind='stable')[:, :k]
    assert indices(mapping) == order.tolist()
    best = np.take_along_axis(np.asarray(table), order, 1)
    np.testing.assert_allclose(mapping.score, best, rtol=1e-5)


@pytest.mark.parametrize('k', [1, 3])
def test_ground_truth_is_an_oracle(cfg, k):
    mapping = make_mapping(cfg, 'ground_truth', PairingOptions(top_k=k))
    assert mapping.manifest['oracle'] is True
    assert_best(mapping, similarities(cfg), k)


@pytest.mark.parametrize('precision', ['float32', 'bfloat16'])
def test_approximation(cfg, model, checkpoint, precision):
    options = PairingOptions(precision=precision)
    mapping = make_mapping(cfg, 'approximation', options, checkpoint=checkpoint)
    assert mapping.manifest['oracle'] is False
    assert len(mapping.manifest['checkpoint_sha256']) == 64
    source = labels(cfg.train_dataloader.dataset.source)
    probabilities = predictions(cfg, model)
    table = [[approximate_similarity(s, p) for p in probabilities] for s in source]
    assert_best(mapping, table)
    assert make_mapping(cfg, 'approximation', model=model).target == mapping.target


def test_approximation_with_the_statistics_of_the_target(cfg, tmp_path):
    """They are measured, and predict the target in place of the model's own."""
    cfg.model = toy_segmentor(norm=dict(type='BN'))
    cfg.model.data_preprocessor = PREPROCESSOR
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).eval()
    file = tmp_path / 'f.pth'
    torch.save(dict(state_dict=model.state_dict()), file)
    pairs = {
        alpha: make_mapping(
            cfg, 'approximation', PairingOptions(alpha=alpha), checkpoint=str(file)
        )
        for alpha in (None, 0.0, 1.0)
    }
    assert pairs[1.0].manifest['options'] == {'alpha': 1.0}
    assert pairs[None].score == pairs[0.0].score != pairs[1.0].score
    weights = load_checked(str(measured_file(file)))['state_dict']
    start = 'statistics.target.'
    state = model.state_dict()
    for name in filter(lambda n: n.startswith(start), weights):
        assert not torch.equal(state[name.removeprefix(start)], weights[name])
        state[name.removeprefix(start)] = weights[name]
    model.load_state_dict(state)
    source = labels(cfg.train_dataloader.dataset.source)
    probabilities = predictions(cfg, model)
    table = [[approximate_similarity(s, p) for p in probabilities] for s in source]
    assert_best(pairs[1.0], table)
    # A strategy that does not look at it is left alone.
    options = PairingOptions(alpha=1.0, tap=TAP)
    mapping = make_mapping(cfg, 'feature_mmd', options, checkpoint=str(file))
    assert 'alpha' not in mapping.manifest['options']
    options = PairingOptions(tap=TAP)
    same = make_mapping(cfg, 'feature_mmd', options, checkpoint=str(file))
    assert mapping.score == same.score
    with pytest.raises(ValueError, match=r'number in \[0, 1\], got 2'):
        PairingOptions(alpha=2)


def test_shuffled_ground_truth_uses_its_targets_as_often(cfg, tmp_path):
    truth = make_mapping(cfg, 'ground_truth')
    truth.save(tmp_path / 'truth.csv')
    shuffled = make_mapping(cfg, 'shuffled_ground_truth')
    assert shuffled.manifest['oracle'] is True
    assert sorted(shuffled.target) == sorted(truth.target)
    assert shuffled.target != truth.target
    cfg.pairing.ground_truth = str(tmp_path / 'truth.csv')
    cfg.pairing.target_labels = None  # no second search
    assert make_mapping(cfg, 'shuffled_ground_truth').target == shuffled.target


def unbiased_mmd(first, second, sigma):
    """Gretton et al. 2012, Eq. 3, pair by pair of samples."""

    def kernel(x, y):
        return np.exp(-np.sum((x - y) ** 2) / (2 * sigma**2))

    m, n = len(first), len(second)
    within = sum(
        kernel(s[i], s[j]) / (len(s) * (len(s) - 1))
        for s in (first, second)
        for i in range(len(s))
        for j in range(len(s))
        if i != j
    )
    across = sum(kernel(x, y) for x in first for y in second)
    return within - 2 * across / (m * n)


def test_mmd_strategies(cfg, model, checkpoint):
    """All locations are samples here: the mapping does not depend on a draw."""
    datasets = cfg.train_dataloader.dataset
    pixels, features = ([], []), ([], [])
    for domain, dataset in enumerate((datasets.source, datasets.target)):
        for i in range(6):
            batch = pseudo_collate([plain(dataset)[i]])
            pixels[domain].append(batch['inputs'][0].flatten(1).T.double().numpy())
            inputs = model.data_preprocessor(batch, False)['inputs']
            with torch.no_grad():
                maps = read_taps(model, inputs, (TAP,))[TAP][0]
            features[domain].append(maps.flatten(1).T.double().numpy())
    options = PairingOptions(estimator='unbiased', samples=10**6)
    for strategy, (source, target) in (
        ('image_mmd', pixels),
        ('feature_mmd', features),
    ):
        mapping = make_mapping(cfg, strategy, options, checkpoint=checkpoint)
        sigma = mapping.manifest['sigma']
        few = slice(None, None, 16)
        one = [unbiased_mmd(source[0][few], t[few], sigma) for t in target]
        assert len(one) == 6
        table = [[_mmd_by_matrices(s, t, sigma) for t in target] for s in source]
        assert _mmd_by_matrices(source[0][few], target[0][few], sigma) == (
            pytest.approx(one[0])
        )
        order = np.argmin(table, axis=1)
        assert [row[0] for row in indices(mapping)] == order.tolist()
        np.testing.assert_allclose(
            np.array(mapping.score)[:, 0], -np.min(table, axis=1), atol=1e-5
        )


def _mmd_by_matrices(first, second, sigma):
    """The same as :func:`unbiased_mmd`, checked against it in the test."""

    def rbf_kernel(one, other):
        return np.exp(-cdist(one, other, 'sqeuclidean') / (2 * sigma**2))

    total = 0
    for s in (first, second):
        kernel = rbf_kernel(s, s)
        total += (kernel.sum() - np.trace(kernel)) / (len(s) * (len(s) - 1))
    return total - 2 * rbf_kernel(first, second).mean()


@pytest.mark.parametrize('tap', [None, TAP])
def test_mmd_draws_do_not_depend_on_the_number_of_processes(
    cfg, checkpoint, tmp_path, monkeypatch, tap
):
    """Shares of one, two and three processes, simulated; draws differ by image."""
    shutil.rmtree(tmp_path / 'data')
    make_data(tmp_path / 'data', number=20)

    def drawn(domain, world_size):
        found = []
        for rank in range(world_size):
            monkeypatch.setattr(
                'mmuda.jobs.pairing.images.get_dist_info',
                lambda rank=rank: (rank, world_size),
            )
            with pairing_images(cfg, PairingOptions(), checkpoint) as images:
                found += images.samples(domain, tap, 12, seed=3)
        return found

    for domain in ('source', 'target'):
        alone = drawn(domain, 1)
        assert len(alone) == 20
        assert {len(samples) for samples in alone} == {12}
        for world_size in (2, 3):
            together = drawn(domain, world_size)
            for ours, theirs in zip(alone, together, strict=True):
                assert torch.equal(ours, theirs)


def test_mmd_draws_differ_by_seed_domain_and_image(cfg):
    """Images that hold the numbers of their pixels tell which were drawn."""

    def drawn(domain, seed):
        with pairing_images(cfg, PairingOptions()) as images:
            pixels = torch.arange(256.0).view(1, 16, 16)
            valid = torch.ones(16, 16, dtype=torch.bool)
            count = len(images.source)
            images._sampled = lambda *_: ([pixels] * count, [valid] * count)
            samples = images.samples(domain, None, 12, seed)
            return [tuple(s.flatten().int().tolist()) for s in samples]

    found = [drawn(domain, s) for domain in ('source', 'target') for s in (0, 1)]
    places = [places for of_domain in found for places in of_domain]
    assert all(len(set(p)) == 12 for p in places)  # without replacement
    assert len(set(places)) == len(places) == 24


def test_random_depends_on_the_seed(cfg):
    first, again = make_mapping(cfg, 'random'), make_mapping(cfg, 'random')
    cfg.randomness.seed = 1
    other = make_mapping(cfg, 'random')
    assert first.target == again.target != other.target
    assert first.manifest['seed'] == 0


def test_a_cap_on_reuse(cfg):

    mapping = make_mapping(cfg, 'ground_truth', PairingOptions(max_reuse=1))
    table = similarities(cfg)
    best = max(
        sum(table[row, column] for row, column in enumerate(columns))
        for columns in permutations(range(6))
    )
    assert sorted(row[0] for row in indices(mapping)) == list(range(6))
    assert np.sum(mapping.score) == pytest.approx(best, rel=1e-5)
    assert mapping.manifest['distinct_targets'] == 6
    assert mapping.manifest['most_uses'] == 1


def test_coarse_search_tells_its_recall(cfg):
    pytest.importorskip('faiss')
    mapping = make_mapping(cfg, 'ground_truth', PairingOptions(coarse=4))
    # Six candidates are all there are: nothing can be missed.
    assert mapping.manifest['recall'] == 1
    assert_best(mapping, similarities(cfg))


@pytest.mark.parametrize(
    'strategy',
    [
        ['approximation'],
        ['approximation', '--alpha', '0.5'],
        ['feature_mmd', '--tap', TAP, '--samples', '12'],
    ],
)
@pytest.mark.parametrize('number', [4, 20])
def test_two_processes_give_the_same(cfg, checkpoint, tmp_path, strategy, number):
    """Three batches for two processes, or a single one: the second has none."""
    shutil.rmtree(tmp_path / 'data')
    make_data(tmp_path / 'data', number=number)
    config = write_config(tmp_path, 'two', model=cfg.model.to_dict())
    command = ('--strategy', *strategy, '--checkpoint', checkpoint, '--out')
    mmuda('pair', config, *command, 'one.csv')
    report = '--report', 'report'
    done = mmuda('pair', config, *command, 'two.csv', *report, processes=2)
    assert 'mapping' in done.stdout
    assert Path('one.csv').read_text() == Path('two.csv').read_text()
    assert {p.name for p in Path('report').iterdir()} >= {'pairs.png', 'report.json'}
    leftovers = [p.name for p in Path().iterdir() if p.name.startswith('pairing-')]
    assert leftovers == []


def test_report(cfg, checkpoint, tmp_path):
    options = PairingOptions()
    with pairing_images(cfg, options, checkpoint, oracle=True) as images:
        mapping = map_images(images, 'approximation', options)
        figures = write_report(images, mapping, options, tmp_path / 'report')
    table = similarities(cfg)
    semsim = [table[row, column[0]] for row, column in enumerate(indices(mapping))]
    assert figures['semsim_mean'] == pytest.approx(np.mean(semsim))
    assert figures['semsim_std'] == pytest.approx(np.std(semsim))
    written = json.loads((tmp_path / 'report' / 'report.json').read_text())
    assert written['distinct_targets'] == len({row[0] for row in indices(mapping)})
    target = torch.stack(labels(cfg.val_dataloader.dataset)).flatten()
    share = torch.bincount(target, minlength=3) / len(target)
    np.testing.assert_allclose(written['target_classes'], share, atol=1e-4)
    paired = torch.stack(
        [labels(cfg.val_dataloader.dataset)[row[0]] for row in indices(mapping)]
    ).flatten()
    share = torch.bincount(paired, minlength=3) / len(paired)
    np.testing.assert_allclose(written['paired_classes'], share, atol=1e-4)
    pictures = {'pairs.png', 'scores.png', 'classes.png', 'reuse.png'}
    assert {p.name for p in (tmp_path / 'report').iterdir()} == {
        *pictures,
        'report.json',
    }

    with pairing_images(cfg, options) as images:
        mapping = map_images(images, 'random', options)
        figures = write_report(images, mapping, options, tmp_path / 'blind')
    assert 'semsim_mean' not in figures


def test_the_report_alone_never_reads_target_labels(cfg, checkpoint, tmp_path):

    shutil.rmtree(tmp_path / 'data' / 'target' / 'labels')
    options = PairingOptions()
    with pairing_images(cfg, options, checkpoint) as images:
        mapping = map_images(images, 'approximation', options)
        assert 'semsim_mean' not in write_report(
            images, mapping, options, tmp_path / 'r'
        )


def test_rejects(cfg):
    with pytest.raises(ValueError, match=r"must be one of random, .* got 'best'"):
        make_mapping(cfg, 'best')
    with pytest.raises(ValueError, match=r'needs the checkpoint of a source model'):
        make_mapping(cfg, 'approximation')
    with pytest.raises(ValueError, match='max_reuse is an assignment'):
        PairingOptions(max_reuse=1, top_k=2)
    with pytest.raises(ValueError, match='estimator must be one of'):
        PairingOptions(estimator='biased')
    with pytest.raises(ValueError, match='samples must be at least 2'):
        PairingOptions(samples=1)
    with pytest.raises(ValueError, match=r'--memory is 0.01 GiB, but'):
        make_mapping(cfg, 'ground_truth', PairingOptions(memory_gib=0.01))
    cfg.pairing = dict(strategy='ground_truth')
    with pytest.raises(ValueError, match=r'read by an oracle alone'):
        make_mapping(cfg, 'ground_truth')
    with pytest.raises(ValueError, match=r'needs a layer'):
        make_mapping(cfg, 'feature_mmd', model=MODELS.build(cfg.model))
