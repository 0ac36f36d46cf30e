"""Choosing from a pool: by agreement, guarded, and what a corrected classifier says."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from gaussian_world import TARGET, candidate, good, weak
from mmseg.registry import MODELS

from mmuda.evaluation.diagnosis import diagnose
from mmuda.evaluation.guard import estimated_gain
from mmuda.evaluation.shares import Calibration, PriorCorrection
from mmuda.jobs.adaptation import AdaptationRequest
from mmuda.jobs.adaptation.choice import choose, rank
from mmuda.jobs.adaptation.distillation import average_of, consider, voices_of
from mmuda.jobs.adaptation.pool import (
    DEFAULT_POOL,
    check_configs,
    read_distillation,
    read_pool,
)
from mmuda.jobs.adaptation.request import BUDGETS
from mmuda.jobs.adaptation.variants import (
    Variant,
    corrected,
    correction_for,
    write_corrected,
)
from mmuda.jobs.inheritance import find_config
from mmuda.jobs.prediction import Model


def collapsed(right, rng):
    """Sure of one class."""
    return np.tile(np.eye(right.shape[1])[1] * 50, (len(right), 1))


def variant(name, logits_of, source_only=False, **about):
    found = candidate(name, logits_of, family=name, **about)
    return Variant(found, Model(f'{name}.py', f'{name}.pth'), source_only)


def test_a_better_model_is_taken():
    pool = [variant('source', weak, True), variant('dann', good), variant('mic', good)]
    found = choose(pool)
    assert found.sentence.startswith('The adapted model is taken: its estimated gain')
    assert found.model.config == 'dann.py'
    assert found.source_only.config == 'source.py'
    assert found.judged[found.chosen].name == 'dann'
    assert found.judged[found.chosen].gain.low > 0
    assert found.judged[0].gain is None


def test_the_surest_gain_wins_not_the_majority():
    """Three that say the same, and are a little better, against one that is right."""

    def better(right, rng):
        return (weak(right, rng) + good(right, rng)) / 2

    pool = [variant('source', weak, True), *(variant(n, better) for n in 'abc')]
    pool.append(variant('dann', good))
    found = choose(pool)
    sure = [judged.gain.low for judged in found.judged[1:]]
    assert found.model == pool[-1].model
    assert max(sure[:3]) < sure[3]
    agreement = [judged.agreement for judged in found.judged]
    assert agreement[-1] < agreement[1]


def test_of_source_only_models_the_one_is_kept_that_the_pool_agrees_with():
    pool = [
        variant('first', weak, True),
        variant('second', good, True),
        variant('dann', good),
    ]
    found = choose(pool)
    assert found.model == found.source_only == pool[1].model
    assert 'kept. Closest to it comes dann: its estimated gain of' in found.sentence


def test_a_collapsed_model_is_not_taken_even_where_the_pool_is():
    pool = [variant('source', weak, True), *(variant(n, collapsed) for n in 'abc')]
    found = choose(pool)
    assert found.model == pool[0].model
    assert np.isnan([judged.agreement for judged in found.judged[1:]]).all()
    assert 'no other in the pool works' in found.sentence


def test_a_model_that_forgot_the_source_is_not_taken():
    """The pool agrees with it, its gain is sure: still the guard keeps the other."""
    pool = [variant('source', weak, True), variant('dann', good), variant('mic', good)]
    forgot = candidate('worse', lambda right, rng: weak(weak(right, rng), rng)).source
    for number in (1, 2):
        said = replace(pool[number].candidate, source=forgot)
        pool[number] = replace(pool[number], candidate=said)
    found = choose(pool)
    assert found.model == found.source_only == pool[0].model
    assert 'points on held-out source images' in found.sentence


def test_each_family_has_one_voice_in_the_average():
    """And what it says is the mean of theirs, pixel by pixel."""
    pool = [variant('source', weak, True), variant('dann', good), variant('mic', good)]
    again = replace(pool[1].candidate, name='dann, alpha 1')
    pool += [replace(pool[1], candidate=again), variant('sure', collapsed)]
    voices = voices_of(pool, rank(pool))
    assert [v.candidate.name for v in voices] == ['source', 'dann', 'mic']
    found = average_of(voices)
    for domain in ('source', 'target'):
        said = [getattr(v.candidate, domain).probabilities for v in voices]
        own = getattr(found, domain)
        np.testing.assert_allclose(own.probabilities, sum(said) / 3, rtol=1e-4)
    assert (found.source.labels == pool[0].candidate.source.labels).all()


def test_an_average_is_distilled_only_if_it_gains():
    pool = [variant('source', weak, True), variant('dann', good), variant('mic', good)]
    found = consider(pool)
    assert found.accepted
    assert re.search(r'average of 3 models, .* gain is [\d.]+ points', found.sentence)
    alike = [variant('source', good, True), variant('dann', good)]
    found = consider(alike)
    assert not found.accepted
    assert 'not distilled: its estimated gain of 0.0 points may be as' in found.sentence
    assert 'that takes two methods' in consider(alike[:1]).sentence


def test_what_would_not_learn_from_the_pool_is_refused_first(tmp_path):
    line = dict(config='mmuda::own/source-only_unet_a_b.py', source_only=True)
    pool = tmp_path / 'pool.py'
    pool.write_text(
        f'pool = [{line!r}]\ndistillation = dict(config={line["config"]!r})'
    )
    request = AdaptationRequest(*[(tmp_path,)] * 3, str(pool))
    with pytest.raises(
        ValueError, match=r'unet_a_b.* has no `pseudo_labels`, it would'
    ):
        check_configs(request)


def test_a_corrected_checkpoint_gives_corrected_scores(tmp_path):
    torch.manual_seed(0)
    model = MODELS.build(toy_segmentor()).eval()
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    calibration = Calibration(1.7, np.array([0.1, -0.3, 0.2]))
    correction = PriorCorrection(calibration, np.array([0.5, 2.0, 1.5]))
    assert write_corrected(tmp_path / 'model.pth', correction, tmp_path / 'new.pth')
    image = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        before = model(image, mode='tensor')
        model.load_state_dict(torch.load(tmp_path / 'new.pth')['state_dict'])
        after = model(image, mode='tensor')
    expected = correction.logits(before.numpy().transpose(0, 2, 3, 1))
    np.testing.assert_allclose(
        after.numpy().transpose(0, 2, 3, 1), expected, rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize('temperature', [0.5, 2.0])
def test_to_be_surer_of_everything_is_no_gain(temperature):
    """A correction says in both domains how sure it is: scaled scores are no better."""
    model = candidate('model', good, target=TARGET)
    scaled = PriorCorrection(Calibration(temperature, np.zeros(5)), np.ones(5))
    said = corrected(model, scaled)
    assert said.name == 'model, prior'
    found = estimated_gain(said, model, TARGET)
    assert found.value == pytest.approx(0, abs=0.5)
    half = replace(said, source=model.source)
    assert abs(estimated_gain(half, model, TARGET).value) > 5


@pytest.mark.parametrize(
    ('shares', 'allowed'),
    [
        pytest.param(TARGET, True, id='shares differ'),
        pytest.param([0.22, 0.27, 0.20, 0.0, 0.31], False, id='a class vanishes'),
    ],
)
def test_a_correction_needs_all_classes(shares, allowed):
    model = candidate('model', good, target=np.array(shares))
    seen = [
        replace(samples, bands=samples.features)
        for samples in (model.source, model.target)
    ]
    model = replace(model, source=seen[0], target=seen[1])
    assert diagnose(*seen, list('abcde')).kind.allows_correction
    found = correction_for(model, list('abcde'))
    assert (found is not None) == allowed
    if allowed:
        assert found.ratios[4] > 5


@pytest.mark.parametrize('budget', BUDGETS)
def test_the_pool_is_of_configs_that_are_there(budget, tmp_path):
    paths = ((tmp_path,), (tmp_path,), (tmp_path,))
    found = read_pool(AdaptationRequest(*paths, 'auto', budget, seed=5))
    for member, request in found:
        assert find_config(request.method).is_file()
        assert request.seed - 5 in member.seeds
    runs = [(request.method, request.seed) for _, request in found]
    assert len(runs) == len(set(runs))
    assert sum(member.source_only for member, _ in found) >= 2
    assert any(not member.source_only for member, _ in found)
    distilled = read_distillation(AdaptationRequest(*paths, 'auto', budget))
    assert (distilled is None) == (budget == 'quick')
    if distilled:
        assert find_config(distilled[1].method).is_file()
    assert DEFAULT_POOL.startswith('mmuda::')
