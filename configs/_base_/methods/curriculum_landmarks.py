# Curriculum adaptation's two properties of the target: label distributions of images,
# and the classes of landmark superpixels. Their numbers are ours.
_base_ = './curriculum.py'
adaptor = dict(
    objectives=dict(
        landmarks=dict(
            type='PseudoLabelSupervision',
            # The released code: all classes of an image weigh the same.
            balanced=True)))
pseudo_labels = dict(strategy='landmark_superpixels', superpixels=100, share=0.6)
