# One model that learns what others say of the target together. `mmuda adapt` gives it
# labels of the average of a pool as pseudo_labels.folder.
_base_ = './pseudo_labels.py'
# The surer two thirds of what each class is predicted for.
pseudo_labels = dict(strategy='class_balanced', portion=0.66)
