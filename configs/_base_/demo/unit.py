_base_ = './munit.py'
model = dict(weights=dict(perceptual=0))  # VGG16's weights are not at hand
