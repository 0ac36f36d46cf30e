# DeepLabv3+ on MobileNetV2: MIC, which is DACS and parts of the target hidden.
_base_ = ['../_base_/networks/deeplabv3plus.py', '../_base_/own/dacs.py']
source_model = './source-only_deeplabv3plus_a_b.py'
adaptor = dict(objectives=dict(masked=dict(type='MaskedConsistency')))
demo = '../_base_/demo/own_mic.py'
