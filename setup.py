"""Packaging of mmuda."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
# What `mmuda::...` inheritance, `python -m mmuda` and `mim` look for in the package.
SHIPPED = ('configs', 'tools', 'model-index.yml')

# Two distributions share the import names mmseg, mmengine and mmcv; mmuda runs on
# either and installs neither over the other.
EXTRAS = {
    'onedl': [
        'onedl-mmsegmentation>=1.4.2',
        'onedl-mmengine>=0.10.12',
        'onedl-mmcv>=2.3.6',
    ],
    'openmmlab': [
        'mmsegmentation==1.2.2',
        'mmengine==0.10.7',
        'mmcv==2.1.0',  # mmsegmentation 1.2.2 refuses 2.2
        'ftfy',  # imported by mmsegmentation, not declared there
        'regex',  # likewise
        'setuptools<81',  # mmengine 0.10.7 imports pkg_resources at run time
        'numpy<2',  # what mmcv 2.1.0 is compiled for
        'opencv-python<4.12',  # later ones need numpy 2
    ],
    'export': ['onnx', 'onnxruntime'],  # mmuda export --formats onnx
    # Networks of other packages; STACK=onedl takes onedl-mmpretrain and so on.
    # ConvNeXt; torchvision is imported there, not declared.
    'mmpretrain': ['mmpretrain>=1.2', 'torchvision'],
    'mmdet': ['mmdet>=3.3'],  # Mask2Former
    'cluster': ['submitit'],  # mmuda experiments --slurm
    'scale': ['faiss-cpu'],  # pairing of very many images
    'superpixels': ['scikit-image'],  # landmarks of curriculum adaptation
    'docs': ['mkdocs-material', 'mkdocstrings[python]'],  # the site: mkdocs build
    'test': [
        'pytest',
        'pytest-cov',
        'pytest-xdist',
        'torchmetrics',
        'scikit-image',
        'rio-cogeo',  # says whether maps are Cloud Optimized GeoTIFFs
        'onnx',
        'onnxruntime',
        'faiss-cpu',
        'ruff',
    ],
}


def link_shipped_files() -> None:
    """Link what is shipped into the package: wheels copy it, editable use it."""
    folder = ROOT / 'mmuda' / '.mim'
    folder.mkdir(exist_ok=True)
    for name in SHIPPED:
        link = folder / name
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(Path('..', '..', name))


def read_version() -> str:
    """The version that the package itself names."""
    text = (ROOT / 'mmuda' / 'version.py').read_text()
    return re.search(r"__version__ = '(.+)'", text)[1]


link_shipped_files()
setup(
    name='mmuda',
    version=read_version(),
    description='Unsupervised domain adaptation of semantic segmentation on MMSeg',
    long_description=(ROOT / 'README.md').read_text(),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(include=['mmuda', 'mmuda.*']),
    package_data={
        'mmuda': ['py.typed', '.mim/*.yml', '.mim/configs/**/*', '.mim/tools/**/*'],
        'mmuda.datasets': ['taxonomies/*.yml'],
        'mmuda.jobs.adaptation': ['*.j2'],
        'mmuda.jobs.pages': ['*.j2'],
        'mmuda.jobs.reporting': ['*.j2'],
    },
    entry_points={'console_scripts': ['mmuda = mmuda.cli:main']},
    install_requires=[
        'torch>=2.1',
        'numpy',
        'pyyaml',  # taxonomies
        'opencv-python',
        'rasterio',  # reads and writes rasters
        'pyogrio',  # reads and writes polygons: GeoPackage, GeoJSON, Shapefile
        'shapely>=2.1',  # moves, cuts and simplifies them
        'rich',  # progress bars and tables
        'psutil',  # memory that is taken
        'scipy',  # assignment of targets to sources
        'matplotlib>=3.7',  # pictures
        'jinja2',  # pages
    ],
    extras_require=EXTRAS,
)
