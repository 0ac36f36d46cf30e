# FCNs in the wild on its network, with its optimisation: the nearest predictions whose
# classes have the right sizes are learnt (Sect. 3.3), and fc7, the features before the
# scores, is aligned (Sect. 3.2).
_base_ = ['./fcns_wild.py', '../models/dilated_vgg16.py']
source_model = '../../fcns_wild/source-only_dilated-vgg16_hannover_vaihingen.py'
model = _base_.dilated_vgg16
adaptor = dict(
    objectives=dict(
        size=dict(type='ConstrainedSize'), alignment=dict(tap='backbone.classifier')))
demo = '../demo/fcns_wild_dilated.py'
