"""The streets of SYNTHIA."""

from mmseg.registry import DATASETS

from mmuda.datasets.street import StreetDataset


@DATASETS.register_module()
class SYNTHIADataset(StreetDataset):
    """SYNTHIA-RAND-CITYSCAPES (Ros et al. 2016): 9400 rendered scenes.

    16 of the 19 classes of Cityscapes occur: no terrain, truck or train.
    """

    converter = 'python tools/dataset_converters/synthia.py RAW --out data/synthia'
    demo_street = 'synthia'
