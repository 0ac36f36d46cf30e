# Masked consistency on DACS, both without strong augmentation; blocks are an eighth of
# a patch wide, as in the paper.
_base_ = './dacs.py'
masked = dict(type='MaskedConsistency', block=16, augmentation=_base_.plain)
adaptor = dict(objectives=dict(masked=masked))
