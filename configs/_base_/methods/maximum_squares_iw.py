# With the image-wise weighting of classes (alpha).
_base_ = './maximum_squares.py'
adaptor = dict(objectives=dict(squares=dict(ratio=0.2)))
