"""What generators make of images, looked at while they are trained."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import VISBACKENDS
from mmengine.runner import Runner
from mmengine.visualization import TensorboardVisBackend
from mmseg.registry import HOOKS

from mmuda.datasets.domain import SeededIndex
from mmuda.visualization import save_panels, stretched_together


@HOOKS.register_module()
class TranslationGridHook(Hook):
    """Draws real, translated and reconstructed images of both domains.

    The same images each time, evenly spaced in the training data. A picture goes to
    ``<work folder>/translations/iter_<iteration>.png`` and to the visualizer; where
    TensorBoard is installed its backend is added, so that losses are seen there too.

    Args:
        interval: Iterations between two pictures; the last iteration has one as well.
        num_images: Images of each domain.

    Attributes:
        folder: Of the pictures, in the work folder.
        titles: Of the columns, by what ``panels`` of the model adds to the domain.
    """

    priority = 'LOW'  # after the optimizers, like whatever reads the weights
    folder = 'translations'
    titles: Mapping[str, str] = {
        '': 'real',
        '.translated': 'translated',
        '.reconstructed': 'there and back',
    }

    def __init__(self, interval: int = 500, num_images: int = 3) -> None:
        self.interval = interval
        self.num_images = num_images

    def before_train(self, runner: Runner) -> None:
        """Add TensorBoard to the backends of the visualizer."""
        backends = runner.visualizer._vis_backends
        known = any(isinstance(b, TensorboardVisBackend) for b in backends.values())
        if find_spec('tensorboard') and not known:
            save_dir = str(Path(runner.log_dir, 'vis_data'))
            settings = dict(type='TensorboardVisBackend', save_dir=save_dir)
            backends['TensorboardVisBackend'] = VISBACKENDS.build(settings)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Draw, every ``interval`` iterations and after the last one."""
        del batch_idx, data_batch, outputs
        done = runner.iter + 1
        fitted = getattr(_bare(runner), 'fitted', False)
        due = done % self.interval == 0 and not fitted
        if runner.rank == 0 and (due or done == runner.max_iters):
            self.draw(runner, done)

    def draw(self, runner: Runner, iteration: int) -> None:
        """Draw the picture of an iteration."""
        dataset, model = runner.train_dataloader.dataset, _bare(runner)
        samples = [
            dataset[SeededIndex(index, seed=0)]
            for domain in dataset.domains
            for index in self._chosen(dataset.indices(domain))
        ]
        eight_bits = samples[0]['inputs'].dtype.itemsize == 1
        batch = model.data_preprocessor(pseudo_collate(samples), True)
        panels = {
            name: images.float().cpu().numpy().transpose(0, 2, 3, 1)
            for name, images in model.panels(batch).items()
        }
        # A translator of one direction has one domain, and no way back.
        first = dataset.domains[0]
        kinds = [kind for kind in self.titles if f'{first}{kind}' in panels]
        rows = []
        for index in range(self.num_images):
            for domain in dataset.domains:
                if index < len(panels.get(domain, ())):
                    row = [panels[f'{domain}{kind}'][index] for kind in kinds]
                    rows.append(stretched_together(row, eight_bits))
        file = Path(runner.work_dir, self.folder, f'iter_{iteration}.png')
        save_panels(file, rows, [self.titles[kind] for kind in kinds])
        picture = _stacked([np.concatenate(row, axis=1) for row in rows])
        runner.visualizer.add_image(self.folder, picture, step=iteration)

    def _chosen(self, indices: range) -> list[int]:
        count = min(self.num_images, len(indices))
        return [indices[i] for i in np.linspace(0, len(indices) - 1, count).astype(int)]


@HOOKS.register_module()
class ReconstructionGridHook(TranslationGridHook):
    """Draws images of both domains, and what a generator makes again of their features.

    Of LSD. There is one generator for both domains, so that nothing can be crossed: it
    is the features that shall lead to images of the other domain. Pictures go to
    ``<work folder>/reconstructions/iter_<iteration>.png``; the rest is as in
    :class:`TranslationGridHook`.
    """

    folder = 'reconstructions'
    titles: Mapping[str, str] = {'': 'real', '.reconstructed': 'reconstructed'}


def _stacked(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures below each other; on the right of narrower ones it is black."""
    width = max(row.shape[1] for row in rows)
    return np.concatenate(
        [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
    )


def _bare(runner: Runner) -> object:
    model = runner.model
    return model.module if is_model_wrapper(model) else model
