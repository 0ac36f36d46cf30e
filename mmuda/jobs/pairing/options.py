"""What can be chosen about a mapping besides its strategy."""

import math
from dataclasses import dataclass, fields

import psutil

from mmuda.jobs.choices import MMD_ESTIMATORS
from mmuda.jobs.devices import check_device
from mmuda.models.normalisation import check_alpha
from mmuda.pairing import SearchOptions
from mmuda.pairing.search import GIB

# The options that decide on a mapping, by the strategies that look at them.
OF_SEARCH = ('top_k', 'max_reuse', 'coarse')
OF_MMD = ('top_k', 'estimator', 'samples')
DECIDING = {
    'random': ('top_k',),
    'approximation': (*OF_SEARCH, 'alpha'),
    'ground_truth': OF_SEARCH,
    'shuffled_ground_truth': OF_SEARCH,
    'image_mmd': OF_MMD,
    'feature_mmd': (*OF_MMD, 'tap'),
}


@dataclass(frozen=True)
class PairingOptions:
    """How to pair.

    Args:
        top_k: Partners per source image; the sampler picks one of them in each pass.
        max_reuse: How many source images may share a target image; None
            for no limit, as in the paper.
        precision: Of the matrix products, see
            :class:`~mmuda.pairing.search.SearchOptions`; the mapping is the same.
        memory_gib: Memory that the process may take, all told.
        device: Where models and products are computed.
        coarse: Edge in pixels of the cells of the coarse search
            (:mod:`mmuda.pairing.coarse`); None for the exact one.
        estimator: Of the MMD: ``'random_features'`` (linear time) or ``'unbiased'``
            (quadratic time).
        samples: Pixels or feature locations picked per image for the MMD: 4096 with
            random features, 128 with the quadratic estimator by default.
        tap: Layer of the segmentor whose output is the feature space of
            ``feature_mmd``; by default ``pairing.tap`` of the config.
        amp: Whether the model of a checkpoint predicts in half precision.
        alpha: Batch statistics that the model of a checkpoint predicts the target with,
            between source (0) and target (1), measured if it has none of the target;
            None for those that it comes with. A config that pairs by a source model
            asks for those that it declares for what it trains.

    Raises:
        ValueError: If an option is out of range, or two exclude each other.
    """

    top_k: int = 1
    max_reuse: int | None = None
    precision: str = 'float32'
    memory_gib: float = 8
    device: str = 'cpu'
    coarse: int | None = None
    estimator: str = 'random_features'
    samples: int | None = None
    tap: str | None = None
    amp: bool = False
    alpha: float | None = None

    def __post_init__(self) -> None:
        if self.alpha is not None:
            check_alpha(self.alpha)
        if self.max_reuse is not None and (self.top_k > 1 or self.coarse):
            raise ValueError(
                'max_reuse is an assignment of one target to each source image: it '
                'goes neither with top_k nor with the coarse search'
            )
        if self.estimator not in MMD_ESTIMATORS:
            raise ValueError(
                f'estimator must be one of {", ".join(MMD_ESTIMATORS)}, got '
                f'{self.estimator!r}'
            )
        for name, least in (('samples', 2), ('max_reuse', 1), ('coarse', 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f'{name} must be at least {least}, got {value}')
        if not 0 < self.memory_gib < math.inf:
            raise ValueError(
                f'memory is {self.memory_gib} GiB, expected a number above 0'
            )
        check_device(self.device)
        SearchOptions(self.top_k, self.precision)

    @classmethod
    def of(cls, pairing: dict | None, **others: object) -> 'PairingOptions':
        """What ``pairing`` of a config says.

        Args:
            pairing: Options by name; others of its keys are left aside.
            **others: Options that are said elsewhere; None is not said.
        """
        names = {field.name for field in fields(cls)}
        said = {k: v for k, v in (pairing or {}).items() if k in names}
        return cls(**said | {k: v for k, v in others.items() if v is not None})

    def deciding(self, strategy: str) -> dict[str, object]:
        """Those that a mapping of this strategy depends on, where not the default."""
        defaults = {field.name: field.default for field in fields(self)}
        found = {name: getattr(self, name) for name in DECIDING.get(strategy, ())}
        return {k: v for k, v in found.items() if v != defaults[k]}

    @property
    def memory_left(self) -> int:
        """Bytes that the process may still take.

        Raises:
            ValueError: If there are none.
        """
        taken = psutil.Process().memory_info().rss
        left = int(self.memory_gib * GIB - taken)
        if left <= 0:
            raise ValueError(
                f'--memory is {self.memory_gib:g} GiB, but {taken / GIB:.2f} GiB are '
                'taken before the search begins: raise it'
            )
        return left

    def search(self) -> SearchOptions:
        """The options of the search, with the memory that is left now."""
        return SearchOptions(self.top_k, self.precision, self.memory_left, self.device)
