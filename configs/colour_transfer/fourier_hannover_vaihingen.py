# Low-frequency amplitudes of the target (FDA, Yang and Soatto 2020).
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(
    type='FourierAmplitude',
    bands=3,
    size=224,  # of the training patches
    beta=0.01)  # the smallest of FDA's 0.01, 0.05, 0.09: it shows no artefacts
demo = '../_base_/demo/fourier.py'
