# Low-frequency amplitudes of the target (FDA).
_base_ = './histogram-matching_dubai.py'
model = dict(_delete_=True, type='FourierAmplitude', bands=3, size=128, beta=0.01)
