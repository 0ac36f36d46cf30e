"""Branches of a head: what each learns from, knows and predicts."""

import math

import pytest
import torch
from conftest import toy_batch, toy_sample, toy_segmentor
from mmengine.structures import PixelData
from mmseg.registry import METRICS, MODELS

from mmuda.evaluation import SegmentationMetric

# Four common classes; the first branch knows 0, 1, 2, the second 1 and 3.
BRANCHES = dict(
    s1=dict(sources=['source_0'], classes=[0, 1, 2]),
    s2=dict(sources=['source_1'], classes=[3, 1]),
    all=dict(sources=['source_0', 'source_1']),
)


def branched(branches=BRANCHES, kind='BranchedEncoderDecoder', **options):
    cfg = toy_segmentor(num_classes=4)
    cfg.type = kind
    cfg.decode_head = dict(
        type='BranchedHead',
        head=cfg.decode_head,
        branches=branches,
        num_classes=4,
        **options,
    )
    torch.manual_seed(0)
    return MODELS.build(cfg).eval()


def merge_by_loop(logits, classes, num_classes):
    """Eq. 6 with class sets: per pixel, the highest logit of all who know a class."""
    height, width = next(iter(logits.values())).shape[-2:]
    labels = torch.zeros(height, width, dtype=torch.long)
    for i in range(height):
        for j in range(width):
            best = (-math.inf, None)
            for c in range(num_classes):
                for name, scores in logits.items():
                    if c in classes[name]:
                        score = scores[classes[name].index(c), i, j].item()
                        best = max(best, (score, c))
            labels[i, j] = best[1]
    return labels


def test_merge_equals_the_loop():
    head = branched().decode_head
    classes = {'s1': [0, 1, 2], 's2': [3, 1], 'all': [0, 1, 2, 3]}
    logits = {n: torch.randn(len(c), 5, 6) for n, c in classes.items()}
    merged = head.merge(logits)
    assert merged.shape == (4, 5, 6)
    expected = merge_by_loop(logits, classes, 4)
    assert torch.equal(merged.argmax(0), expected)
    assert len(expected.unique()) == 4


def test_sum_of_those_who_know_a_class():
    head = branched(merge='sum').decode_head
    ones = {'s1': torch.ones(3, 1, 1), 's2': torch.ones(2, 1, 1)}
    ones['all'] = torch.ones(4, 1, 1)
    assert head.merge(ones).flatten().tolist() == [2, 3, 2, 2]


@pytest.mark.parametrize(
    'test_cfg',
    [dict(mode='whole'), dict(mode='slide', crop_size=(8, 8), stride=(4, 4))],
)
def test_prediction(test_cfg):
    """Branches at the original size, in common ids, and their merge."""
    segmentor = branched()
    segmentor.test_cfg.update(test_cfg)
    _, sample = toy_sample('target', size=16)
    sample.set_metainfo(dict(ori_shape=(20, 24)))
    with torch.no_grad():
        (found,) = segmentor.predict(torch.rand(1, 3, 16, 16), [sample])
    assert found.pred_sem_seg.data.shape == (1, 20, 24)
    assert found.seg_logits.data.shape == (4, 20, 24)
    assert set(found.branch_s1.data.unique().tolist()) <= {0, 1, 2}
    assert set(found.branch_s2.data.unique().tolist()) <= {1, 3}
    assert segmentor.out_channels == 4


def test_prediction_is_the_merge_of_the_resized_branches():
    segmentor = branched()
    image = torch.rand(1, 3, 16, 16)
    _, sample = toy_sample('target', size=16)
    with torch.no_grad():
        (found,) = segmentor.predict(image, [sample])
        features = segmentor.extract_feat(image)
        heads = segmentor.decode_head.branches
        logits = {name: head(features)[0] for name, head in heads.items()}
    classes = {'s1': [0, 1, 2], 's2': [3, 1], 'all': [0, 1, 2, 3]}
    expected = merge_by_loop(logits, classes, 4)
    assert torch.equal(found.pred_sem_seg.data[0], expected)
    for name, ids in classes.items():
        own = torch.tensor(ids)[logits[name].argmax(0)]
        assert torch.equal(found.get(f'branch_{name}').data[0], own)


def test_predicts_without_samples():
    (found,) = branched().predict(torch.rand(1, 3, 16, 16))
    assert found.pred_sem_seg.data.shape == (1, 16, 16)


def losses_of(segmentor, domain):
    batch = toy_batch((domain,), num_classes=4)
    return segmentor.loss(torch.stack(batch['inputs']), batch['data_samples'])


def test_branches_learn_from_their_sources():
    """A branch of several sources takes their mean; each source reaches its own."""
    segmentor = branched()
    for domain, own, other in (('source_0', 's1', 's2'), ('source_1', 's2', 's1')):
        losses = losses_of(segmentor, domain)
        keys = {f'decode.{b}.{k}' for b in (own, 'all') for k in ('loss_ce', 'acc_seg')}
        assert set(losses) == keys
        parameters = dict(segmentor.decode_head.named_parameters())
        found = torch.autograd.grad(
            losses[f'decode.{own}.loss_ce'], parameters.values(), allow_unused=True
        )
        reached = {n for n, g in zip(parameters, found, strict=True) if g is not None}
        assert reached == {n for n in parameters if n.startswith(f'branches.{own}.')}
        assert not any(n.startswith(f'branches.{other}.') for n in reached)


def test_losses_equal_the_loop():
    """Cross-entropy over the classes that a branch knows; others are ignored."""
    segmentor = branched()
    batch = toy_batch(('source_1',), num_classes=4)
    labels = batch['data_samples'][0].gt_sem_seg.data
    labels[0, 0] = 255
    images = torch.stack(batch['inputs'])
    losses = segmentor.loss(images, batch['data_samples'])
    features = segmentor.extract_feat(images)
    for name, ids, share in (('s2', [3, 1], 1), ('all', [0, 1, 2, 3], 2)):
        scores = segmentor.decode_head.branches[name](features)[0]
        terms = []
        for i in range(16):
            for j in range(16):
                if (c := labels[0, i, j].item()) in ids:
                    exponents = [math.exp(s) for s in scores[:, i, j].tolist()]
                    terms.append(-math.log(exponents[ids.index(c)] / sum(exponents)))
        expected = sum(terms) / len(terms) / share
        found = losses[f'decode.{name}.loss_ce'].item()
        assert found == pytest.approx(expected, rel=1e-4)


def test_plain_segmentor_takes_the_head():
    """What is exported: MMSeg's own EncoderDecoder predicts the merge."""
    segmentor = branched(kind='EncoderDecoder')
    _, sample = toy_sample('target', size=16)
    (found,) = segmentor.predict(torch.rand(1, 3, 16, 16), [sample])
    assert found.seg_logits.data.shape == (4, 16, 16)
    assert found.seg_logits.data.isfinite().all()


@pytest.mark.parametrize(
    ('branches', 'options', 'match'),
    [
        (dict(a=dict(classes=[0, 1, 2])), {}, r'no branch knows the classes \[3\]'),
        (dict(a=dict(), b=dict(classes=[2])), {}, "branch 'b' must know at least two"),
        (dict(a=dict(), b=dict(classes=[2, 4])), {}, r'two classes of 0\.\.3, got'),
        (
            dict(a=dict()),
            dict(merge='mean'),
            r"one of \['maximum', 'sum'\], got 'mean'",
        ),
    ],
)
def test_rejects(branches, options, match):
    with pytest.raises(ValueError, match=match):
        branched(branches, **options)


def random_samples(seed):
    generator = torch.Generator().manual_seed(seed)
    samples = []
    for _ in range(3):
        _, sample = toy_sample('source', size=8, num_classes=4, seed=seed)
        for key in ('pred_sem_seg', 'branch_s1', 'branch_s2'):
            labels = torch.randint(4, (1, 8, 8), generator=generator)
            sample.set_data({key: PixelData(data=labels)})
        samples.append(sample)
    return samples


def test_metric_counts_every_branch():
    """As the plain metric would if a branch were the prediction."""
    meta = dict(classes=tuple('abcd'))
    metric = METRICS.build(dict(type='BranchSegmentationMetric'))
    metric.dataset_meta = meta
    samples = random_samples(0)
    metric.process({}, [sample.to_dict() for sample in samples])
    figures = metric.compute_metrics(metric.results)
    for prefix, key in (
        ('', 'pred_sem_seg'),
        ('s1.', 'branch_s1'),
        ('s2.', 'branch_s2'),
    ):
        plain = SegmentationMetric()
        plain.dataset_meta = meta
        for sample in samples:
            alone = sample.clone()
            alone.pred_sem_seg = sample.get(key)
            plain.process({}, [alone.to_dict()])
        expected = plain.compute_metrics(plain.results)
        assert {
            f'{prefix}{k}': v for k, v in expected.items()
        }.items() <= figures.items()


def test_metric_without_branches_is_the_plain_one():
    metric = METRICS.build(dict(type='BranchSegmentationMetric'))
    metric.dataset_meta = dict(classes=tuple('abcd'))
    (sample, *_) = random_samples(1)
    for key in ('branch_s1', 'branch_s2'):
        sample.pop(key)
    metric.process({}, [sample.to_dict()])
    assert not [k for k in metric.compute_metrics(metric.results) if k.startswith('s')]
