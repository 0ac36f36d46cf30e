# FDA is told the size of the patches, here of 128 pixels.
_base_ = 'mmuda::colour_transfer/fourier_hannover_vaihingen.py'
source, target = 'tiles_7_8.py', 'tiles_1_6.py'
model = dict(size=128)
demo = './size.py'
