# Not in the paper: low-frequency amplitudes of the target (FDA).
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colour_transfer/fourier_hannover_vaihingen.py'
