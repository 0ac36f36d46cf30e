# Whitening and colouring with the full covariance of the bands (ZCA).
_base_ = './histogram-matching_hannover_vaihingen.py'
model = dict(_delete_=True, type='ColourTransfer', bands=3)
