# CyCADA's feature part on FCN-8s.
_base_ = ['./cycada.py', '../models/fcn8s_vgg16.py']
source_model = '../../cycada/source-only_fcn8s_hannover_vaihingen.py'
model = _base_.fcn8s_vgg16
demo = '../demo/cycada_fcn8s.py'
