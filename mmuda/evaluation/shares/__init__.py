"""Class shares of a target without labels: estimated, checked, used."""

from mmuda.evaluation.shares.calibration import Calibration, fit_calibration
from mmuda.evaluation.shares.correction import PriorCorrection
from mmuda.evaluation.shares.estimate import (
    Predictions,
    ShareEstimate,
    estimate_shares,
)
from mmuda.evaluation.shares.estimators import ESTIMATORS, MOST, class_shares
from mmuda.evaluation.shares.kind import (
    ShiftKind,
    kind_of_shift,
    remaining_distance,
)

__all__ = [
    'ESTIMATORS',
    'MOST',
    'Calibration',
    'Predictions',
    'PriorCorrection',
    'ShareEstimate',
    'ShiftKind',
    'class_shares',
    'estimate_shares',
    'fit_calibration',
    'kind_of_shift',
    'remaining_distance',
]
