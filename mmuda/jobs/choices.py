"""What options of commands can be, by name.

Command lines take the names from here: what they are names of takes seconds to import,
and ``--help`` is to answer at once. A test holds both together.
"""

BUDGETS = ('quick', 'normal', 'long')
CRITERIA = (
    'snd',
    'entropy',
    'infomax',
    'shift_aware_infomax',
    'bnm',
    'mixval',
    'ensv',
    'dev',
    'atc',
    'doc',
    'seed_agreement',
    'consistency',
    'semsim',
    'residual_shift',
    'source',
)
EXPORT_FORMATS = ('mmseg', 'onnx', 'deepness')
MMD_ESTIMATORS = ('random_features', 'unbiased')
PAIRING_STRATEGIES = (
    'random',
    'approximation',
    'ground_truth',
    'shuffled_ground_truth',
    'image_mmd',
    'feature_mmd',
)
PSEUDO_LABEL_STRATEGIES = (
    'category_adaptive',
    'class_balanced',
    'class_median',
    'class_shares',
    'fixed_threshold',
    'instance_adaptive',
    'landmark_superpixels',
)
SHARE_ESTIMATORS = ('mlls', 'bbse', 'rlls')

DEFAULT_METHOD = 'auto'  # of `mmuda adapt`
NUM_IMAGES = 256  # of each domain, that `diagnose` and `select-checkpoint` look at
