# DAFormer: GTA5 to Cityscapes.
_base_ = ['../_base_/methods/daformer.py', '../_base_/pipelines/crops.py']
source, target = 'gta5', 'cityscapes'
source_model = '../daformer/source-only_gta5_cityscapes.py'
# The released code: the car's bonnet and what the camera's lens bends count nowhere.
adaptor = dict(
    objectives=dict(
        teacher=dict(ignore_top=15, ignore_bottom=120),
        # Things, not stuff: light, sign, person, rider, vehicles (Sect. 3.3).
        distance=dict(classes=[6, 7, 11, 12, 13, 14, 15, 16, 17, 18])))
demo = '../_base_/demo/daformer_street.py'
