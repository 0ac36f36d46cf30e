# Full covariance of the bands.
_base_ = './histogram-matching_dubai.py'
model = dict(_delete_=True, type='ColourTransfer', bands=3)
