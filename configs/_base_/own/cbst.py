# Class-balanced self-training on one's own data, two rounds: of what each class is
# predicted for the surest fifth is a label, then the surest quarter.
_base_ = './pseudo_labels.py'
pseudo_labels = dict(
    strategy='class_balanced', portion=[0.20, 0.25], weights='continue')
rounds = 2
