"""What a translator makes of images, looked at while it is trained."""

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

TITLES = {
    '': 'real',
    '.translated': 'translated',
    '.reconstructed': 'there and back',
}


@HOOKS.register_module()
class TranslationGridHook(Hook):
    """Draws real, translated and reconstructed images of both domains.

    The same images each time, evenly spaced in the training data. A picture goes to
    ``<work folder>/translations/iter_<iteration>.png`` and to the visualizer; where
    TensorBoard is installed its backend is added, so that losses are seen there too.

    Args:
        interval: Iterations between two pictures; the last iteration has one as well.
        num_images: Images of each domain.
    """

    priority = 'LOW'  # after the optimizers, like whatever reads the weights

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
        """SeededIndex, every ``interval`` iterations and after the last one."""
        del batch_idx, data_batch, outputs
        done = runner.iter + 1
        fitted = getattr(_bare(runner), 'fitted', False)
        due = done % self.interval == 0 and not fitted
        if runner.rank == 0 and (due or done == runner.max_iters):
            self.draw(runner, done)

    def draw(self, runner: Runner, iteration: int) -> None:
        """SeededIndex the picture of an iteration."""
        dataset, model = runner.train_dataloader.dataset, _bare(runner)
        samples = [
            dataset[SeededIndex(index, seed=0)]
            for domain in ('source', 'target')
            for index in self._chosen(dataset.indices(domain))
        ]
        eight_bits = samples[0]['inputs'].dtype.itemsize == 1
        batch = model.data_preprocessor(pseudo_collate(samples), True)
        panels = {
            name: images.float().cpu().numpy().transpose(0, 2, 3, 1)
            for name, images in model.panels(batch).items()
        }
        # A translator of one direction has one domain, and no way back.
        kinds = [kind for kind in TITLES if f'source{kind}' in panels]
        rows = []
        for index in range(self.num_images):
            for domain in ('source', 'target'):
                if index < len(panels.get(domain, ())):
                    row = [panels[f'{domain}{kind}'][index] for kind in kinds]
                    rows.append(stretched_together(row, eight_bits))
        file = Path(runner.work_dir, 'translations', f'iter_{iteration}.png')
        save_panels(file, rows, [TITLES[kind] for kind in kinds])
        picture = np.concatenate([np.concatenate(row, axis=1) for row in rows])
        runner.visualizer.add_image('translation', picture, step=iteration)

    def _chosen(self, indices: range) -> list[int]:
        count = min(self.num_images, len(indices))
        return [indices[i] for i in np.linspace(0, len(indices) - 1, count).astype(int)]


def _bare(runner: Runner) -> object:
    model = runner.model
    return model.module if is_model_wrapper(model) else model
