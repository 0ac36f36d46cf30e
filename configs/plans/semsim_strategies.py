# SemSim: pairing strategies from Hannover to Vaihingen (Fig. 9, Tables 3 and 4). The
# runs are those of semsim.py.
_base_ = './semsim.py'
pairs = [('hannover', 'vaihingen')]
tables = [dict(title='Strategies of SemSim', columns='classes', control='random')]
