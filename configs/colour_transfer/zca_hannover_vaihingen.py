# Whitening and colouring with the full covariance of the bands (ZCA).
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(type='ColourTransfer', bands=3)
