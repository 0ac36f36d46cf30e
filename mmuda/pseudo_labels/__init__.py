"""Which predictions become labels: arrays and thresholds, no models, no files."""

from mmuda.pseudo_labels.balanced_assignment import BalancedAssignment
from mmuda.pseudo_labels.category_adaptive import CategoryAdaptive
from mmuda.pseudo_labels.class_balanced import ClassBalanced
from mmuda.pseudo_labels.class_median import ClassMedian
from mmuda.pseudo_labels.class_shares import ClassShares
from mmuda.pseudo_labels.fixed_threshold import FixedThreshold
from mmuda.pseudo_labels.instance_adaptive import InstanceAdaptive
from mmuda.pseudo_labels.landmark_superpixels import LandmarkSuperpixels
from mmuda.pseudo_labels.prototype_weighting import PrototypeWeighting
from mmuda.pseudo_labels.rectifier import Prediction, Rectifier
from mmuda.pseudo_labels.strategy import IGNORED, Kept, Strategy

STRATEGIES: dict[str, type[Strategy]] = {
    'category_adaptive': CategoryAdaptive,
    'class_balanced': ClassBalanced,
    'class_median': ClassMedian,
    'class_shares': ClassShares,
    'fixed_threshold': FixedThreshold,
    'instance_adaptive': InstanceAdaptive,
    'landmark_superpixels': LandmarkSuperpixels,
}
# What corrects the probabilities before, in this order.
RECTIFIERS: dict[str, type[Rectifier]] = {
    'prototypes': PrototypeWeighting,
    'balance': BalancedAssignment,
}

__all__ = [
    'IGNORED',
    'RECTIFIERS',
    'STRATEGIES',
    'BalancedAssignment',
    'CategoryAdaptive',
    'ClassBalanced',
    'ClassMedian',
    'ClassShares',
    'FixedThreshold',
    'InstanceAdaptive',
    'Kept',
    'LandmarkSuperpixels',
    'Prediction',
    'PrototypeWeighting',
    'Rectifier',
    'Strategy',
]
