#!/usr/bin/env bash
# Make a virtual environment with one OpenMMLab stack and mmuda, editable.
# usage: setup_environment.sh onedl|openmmlab FOLDER PYTHON TORCH
set -euo pipefail
stack=$1 venv=$2 python=$3 torch=$4

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "error: mmuda needs Python >= 3.10, $python is $("$python" -V)" >&2
    exit 2
}
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check install -q "$@"; }

case $stack in
onedl)
    pip "$torch"
    ;;
openmmlab)
    # mmcv 2.1.0 is compiled here, once: pip keeps the wheel. Its build imports
    # pkg_resources and torch, so they must be there and the build not isolated.
    pip 'setuptools<81' wheel ninja 'numpy<2' "$torch"
    "$venv/bin/python" -c 'import mmcv.ops' 2>/dev/null ||
        MMCV_WITH_OPS=1 pip --no-build-isolation --no-deps mmcv==2.1.0
    ;;
*)
    echo "error: STACK must be onedl or openmmlab, got $stack" >&2
    exit 2
    ;;
esac
pip -e ".[$stack,test]"

# OpenCV's usual build links libGL, which slim images lack.
if ! "$venv/bin/python" -c 'import cv2' 2>/dev/null; then
    version=$("$venv/bin/python" -c \
        'from importlib.metadata import version; print(version("opencv-python"))')
    echo "import cv2 fails: opencv-python-headless $version takes its place"
    "$venv/bin/python" -m pip uninstall -q -y opencv-python
    pip "opencv-python-headless==$version"
fi
