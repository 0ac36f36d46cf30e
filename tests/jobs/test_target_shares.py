"""Estimated class shares in training: what is refused, and where they go."""

import json
import shutil

import numpy as np
import pytest
import torch
from conftest import toy_adaptor
from mmseg.registry import MODELS
from toy_run import make_data, write_config

from mmuda.evaluation.shares import Calibration, PriorCorrection, ShareEstimate
from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.prerequisites import TargetShares, check_all, prerequisites_of
from mmuda.jobs.prerequisites.identity import what_trains
from mmuda.jobs.pseudo_labels import LabellingJob

SOURCE, TARGET = [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]
USES = dict(uses=['loss', 'discriminator'], strength=1.0)


@pytest.fixture(scope='module')
def home(tmp_path_factory):
    """Data whose target has no labels at all."""
    home = tmp_path_factory.mktemp('home')
    make_data(home / 'data')
    shutil.rmtree(home / 'data/target/labels')
    return home


@pytest.fixture
def checkpoint(home):
    """A model that has been diagnosed."""
    file = home / 'iter_4.pth'
    torch.save({}, file)
    write_diagnosis(file)
    return file


def write_diagnosis(file, **other):
    shares = dict(source=SOURCE, target=TARGET, low=TARGET, high=TARGET)
    said = dict(
        allows_correction=True,
        kind='shares',
        pair='own data',
        checkpoint=sha256_of(file),
        classes=['a', 'b', 'c'],
        shares=dict(mlls=shares, bbse=dict(shares, target=SOURCE)),
    )
    folder = file.with_name('iter_4_diagnosis')
    folder.mkdir(exist_ok=True)
    (folder / 'diagnosis.json').write_text(json.dumps(said | other))


def config(home, labels=None, **shares):
    diagnosis = str(home / 'iter_4_diagnosis/diagnosis.json')
    file = write_config(home, model=toy_adaptor().to_dict())
    with open(file, 'a') as text:
        text.write(f'target_shares = {dict(diagnosis=diagnosis, **shares)!r}\n')
        if labels:
            text.write(f'pseudo_labels = {labels!r}\nsource_model = {file!r}\n')
    return load_config(file)


def test_weights_turn_the_source_into_the_target(home, checkpoint):
    """Pixels of the source, so weighed, have the shares of the target."""
    cfg = config(home, **USES)
    before = json.dumps(what_trains(cfg), sort_keys=True)
    (shares,) = check_all(cfg)
    shares.use(cfg)
    model = MODELS.build(cfg.model)
    for name in ('supervision', 'alignment'):
        weights = np.array(model.objectives[name].class_weights)
        assert weights * SOURCE == pytest.approx(TARGET)
    # A run that goes on, or is looked for, is one with the same settings.
    assert json.dumps(what_trains(cfg), sort_keys=True) == before
    assert 'uses' in before


@pytest.mark.parametrize('strength', [0.0, 0.3, 0.5, 1.0])
def test_shares_are_those_that_corrected_predictions_assume(strength):
    """Bayes' rule with them is the correction of that strength."""
    estimate = ShareEstimate(*map(np.array, (SOURCE, TARGET, TARGET, TARGET)))
    shares = estimate.shrunk(strength)
    assert shares.sum() == pytest.approx(1)
    posterior = np.random.default_rng(0).dirichlet(np.ones(3), 5)
    expected = posterior / SOURCE * shares
    expected /= expected.sum(1, keepdims=True)
    correction = PriorCorrection(
        Calibration(1.0, np.zeros(3)), estimate.ratios, strength
    )
    found = np.exp(correction.logits(np.log(posterior)))
    assert found / found.sum(1, keepdims=True) == pytest.approx(expected)


def test_pseudo_labels_are_balanced_to_them(home, checkpoint, monkeypatch):
    cfg = config(home, dict(strategy='class_shares', portion=0.4), uses=['loss'])
    monkeypatch.setattr(LabellingJob, 'resolved', lambda job, number: job)
    labels = prerequisites_of(cfg)[-1]
    assert 'shares' not in labels.job.options
    cfg.target_shares.uses, cfg.target_shares.strength = ['pseudo_labels'], 1.0
    options = prerequisites_of(cfg)[-1].job.options
    assert options['shares'] == pytest.approx(dict(zip('abc', TARGET, strict=True)))
    assert options['portion'] == 0.4


BAD = {
    'a setting': (dict(USES, wieght=1), "target_shares of .* says 'wieght', expected"),
    'a use': (dict(uses=['los']), "uses of .* says 'los', expected some of loss, disc"),
    'no use': (dict(uses=[]), 'must name a `diagnosis` and `uses`'),
    'an estimator': (dict(USES, estimator='em'), "estimator of .* says 'em'"),
    'no labels': (dict(uses=['pseudo_labels']), "has 'no pseudo_labels'"),
    'a strength': (dict(USES, strength=2.0), r'strength must be in \[0, 1\], got 2'),
}
STALE = {
    'classes': (dict(classes=['a', 'x', 'c']), r"of the classes \['a', 'x', 'c'\]"),
    'domains': (dict(pair='rome to paris'), 'of the domains rome to paris, .* own da'),
    'model': (dict(checkpoint='0'), r'another checkpoint than .*iter_4\.pth: make it'),
    'looks': (dict(allows_correction=False, kind='looks'), r'what differs \(looks\)'),
}


@pytest.mark.parametrize(('shares', 'line'), BAD.values(), ids=BAD)
def test_what_can_not_be_meant_is_one_line(home, checkpoint, shares, line):
    with pytest.raises(ValueError, match=line):
        check_all(config(home, **shares))


@pytest.mark.parametrize(('said', 'line'), STALE.values(), ids=STALE)
def test_a_diagnosis_of_something_else_is_refused(home, checkpoint, said, line):
    write_diagnosis(checkpoint, **said)
    with pytest.raises(ValueError, match=line):
        check_all(config(home, **USES))


def test_a_missing_one_is_refused_and_an_override_is_said(home, checkpoint):
    write_diagnosis(checkpoint, allows_correction=False, kind='looks')
    check_all(config(home, **USES, unchecked=True))
    shutil.rmtree(home / 'iter_4_diagnosis')
    with pytest.raises(FileNotFoundError, match=r'make it with mmuda diagnose CONFIG'):
        check_all(config(home, **USES))


def test_a_network_without_such_an_objective_is_refused(home, checkpoint):
    cfg = config(home, uses=['discriminator'])
    cfg.model.objectives.pop('alignment')
    with pytest.raises(ValueError, match='has none of FeatureAlignment'):
        TargetShares(cfg).check()
