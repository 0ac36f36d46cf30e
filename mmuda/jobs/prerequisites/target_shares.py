"""Class shares of the target, estimated without labels, in training.

``target_shares`` of a config says what they are used for; nothing by default::

    target_shares = dict(
        diagnosis='.../iter_20000_diagnosis/diagnosis.json',  # of `mmuda diagnose`
        uses=['loss', 'discriminator', 'pseudo_labels'],
        estimator='mlls',
        strength=0.5)  # 0: the shares of the source, 1: those that were estimated

``loss`` weighs the classes in the losses of ``Supervision``, ``discriminator`` the
source's side of the alignment of features or predictions (Tachet des Combes et al.
2020, IWDAN), ``pseudo_labels`` balances those of the strategy ``class_shares``.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
from mmengine.config import Config, ConfigDict

from mmuda.evaluation.shares import ESTIMATORS, ShareEstimate
from mmuda.evaluation.shares.correction import STRENGTH
from mmuda.files import read_json, sha256_of
from mmuda.jobs.data_sets import classes_of, members_of
from mmuda.jobs.diagnosis import checkpoint_of
from mmuda.jobs.domains import pair_of
from mmuda.jobs.nodes import dicts
from mmuda.jobs.prerequisites.base import Prerequisite
from mmuda.jobs.prerequisites.source_model import SourceModel

WEIGHTED = {
    'loss': ('Supervision',),
    'discriminator': ('FeatureAlignment', 'GatedAlignment', 'OutputAlignment'),
}
LABELS = 'pseudo_labels'
KEYS = ('diagnosis', 'uses', 'estimator', 'strength', 'unchecked')


class TargetShares(Prerequisite):
    """What a diagnosis says of the class shares of the target.

    Args:
        cfg: A config with ``target_shares``. ``unchecked=True`` in it uses the shares
            although the diagnosis says that they are not what differs.

    Raises:
        ValueError: If a setting is none.
    """

    described = 'class shares of the target'

    def __init__(self, cfg: Config) -> None:
        self.cfg, given = cfg, _settings(cfg)
        self.uses, self.file = given['uses'], Path(given['diagnosis'])
        self.estimator = given.get('estimator', 'mlls')
        self.strength = given.get('strength', STRENGTH)
        self.unchecked = given.get('unchecked', False)

    def check(self) -> None:
        """Refuse what is not an estimate for this run.

        Raises:
            FileNotFoundError: If there is no diagnosis.
            ValueError: If it is of other classes, domains or another model, says that
                shares are not what differs, or nothing uses the shares.
        """
        if not self.is_there():
            raise FileNotFoundError(
                f'{self.cfg.filename} uses class shares of {self.file}, which does not '
                'exist: make it with mmuda diagnose CONFIG CHECKPOINT'
            )
        self._check_domains()
        self._check_model()
        if not self.unchecked and not self._said['allows_correction']:
            raise ValueError(
                f'{self.file} says that class shares are not what differs '
                f'({self._said["kind"]}): train without `target_shares`, or say '
                'target_shares.unchecked=True'
            )
        for use in self.uses:
            self._check_use(use)

    def _check_domains(self) -> None:
        classes = classes_of(members_of(self.cfg.train_dataloader.dataset)[0])
        pair = pair_of(self.cfg)
        for what, found, expected in (
            ('the classes', self._said['classes'], list(classes or ())),
            ('the domains', self._said.get('pair', pair), pair),
        ):
            if found != expected:
                raise ValueError(
                    f'{self.file} is of {what} {found}, {self.cfg.filename} has '
                    f'{expected}'
                )

    def _check_model(self) -> None:
        """Refuse what was found by weights that have been trained anew since."""
        models = [checkpoint_of(self.file)]
        if self.cfg.get('source_model') is not None:
            models.append(SourceModel(self.cfg).checkpoint)
        there = [model for model in models if model.is_file()]
        made_by = self._said.get('checkpoint')
        if there and made_by not in map(sha256_of, there):
            raise ValueError(
                f'{self.file} was made with another checkpoint than {there[-1]}: make '
                'it anew with mmuda diagnose'
            )

    def _check_use(self, use: str) -> None:
        if use == LABELS:
            strategy = (self.cfg.get(LABELS) or {}).get('strategy')
            if strategy != 'class_shares' or 'shares' in self.cfg.pseudo_labels:
                raise ValueError(
                    'target_shares balance pseudo labels of the strategy '
                    f'class_shares without shares of their own, {self.cfg.filename} '
                    f'has {strategy or "no pseudo_labels"!r}'
                )
        elif not self._objectives(self.cfg, use):
            raise ValueError(
                f'target_shares weigh the {use}, but {self.cfg.filename} has none of '
                f'{", ".join(WEIGHTED[use])}'
            )

    @staticmethod
    def _objectives(cfg: Config, use: str) -> list[ConfigDict]:
        return [n for n in dicts(cfg.model) if n.get('type') in WEIGHTED[use]]

    @cached_property
    def _said(self) -> dict:
        return read_json(self.file)

    @property
    def _estimate(self) -> ShareEstimate:
        said = self._said['shares'][self.estimator]
        return ShareEstimate(**{key: np.array(v) for key, v in said.items()})

    @property
    def shares(self) -> dict[str, float]:
        """Of each class in the target, between the source's and the estimate."""
        found = self._estimate.shrunk(self.strength)
        return dict(zip(self._said['classes'], found.tolist(), strict=True))

    def is_there(self) -> bool:
        """Whether somebody has diagnosed."""
        return self.file.is_file()

    def make(self) -> None:
        """Refuse: it takes a look at what a diagnosis says, so that a person makes it.

        Raises:
            FileNotFoundError: Always.
        """
        self.check()

    def use(self, cfg: Config) -> None:
        """Weigh the classes of the objectives; labels ask for :attr:`shares`."""
        estimate = self._estimate
        there = estimate.source > 0
        source = np.where(there, estimate.source, 1)
        ratios = np.where(there, estimate.shrunk(self.strength) / source, 1)
        for use in set(self.uses) - {LABELS}:
            for objective in self._objectives(cfg, use):
                objective.class_weights = ratios.tolist()


def _settings(cfg: Config) -> dict:
    """What ``target_shares`` of a config says, checked."""
    given = {k: v for k, v in cfg.target_shares.items() if k != '_scope_'}
    if not given.get('uses') or not given.get('diagnosis'):
        raise ValueError(
            f'target_shares of {cfg.filename} must name a `diagnosis` and `uses`, some '
            f'of {", ".join((*WEIGHTED, LABELS))}'
        )
    for found, expected, what in (
        (given, KEYS, 'target_shares'),
        (given['uses'], (*WEIGHTED, LABELS), 'target_shares.uses'),
        ([given.get('estimator', 'mlls')], ESTIMATORS, 'target_shares.estimator'),
    ):
        if unknown := [name for name in found if name not in expected]:
            raise ValueError(
                f'{what} of {cfg.filename} says {unknown[0]!r}, expected some of '
                f'{", ".join(expected)}'
            )
    if not 0 <= given.get('strength', STRENGTH) <= 1:
        raise ValueError(
            f'target_shares.strength must be in [0, 1], got {given["strength"]}'
        )
    return given


def balanced(cfg: Config, options: dict) -> dict:
    """Options of pseudo labels with the shares of ``target_shares``, if they balance.

    Args:
        cfg: A config with ``pseudo_labels``.
        options: Of their strategy.
    """
    if LABELS not in (cfg.get('target_shares') or {}).get('uses', ()):
        return options
    return {**options, 'shares': TargetShares(cfg).shares}
