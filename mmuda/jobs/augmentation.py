"""Test-time augmentation of any config."""

from mmengine.config import Config

from mmuda.datasets.domain import LABEL_LOADERS

NOT_OF_THE_IMAGE = (*LABEL_LOADERS, 'PackSegInputs')


def augmented_pipeline(cfg: Config) -> list[dict]:
    """The test pipeline with test-time augmentation.

    What the dataset does to an image, such as choosing bands and resizing, comes first;
    then the augmentation of ``cfg.tta_pipeline``, which also loads the labels.
    """
    of_image = [
        step
        for step in cfg.test_dataloader.dataset.pipeline
        if not step['type'].rpartition('.')[2].startswith(NOT_OF_THE_IMAGE)
    ]
    return [*of_image, *(s for s in cfg.tta_pipeline if s['type'] == 'TestTimeAug')]
