# docker build -t mmuda . && docker run --rm mmuda demo
# With a GPU: --build-arg TORCH=torch==2.13.0 --build-arg INDEX=https://download.pytorch.org/whl/cu128
FROM python:3.11-slim
ARG TORCH=torch==2.13.0
ARG INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /opt/mmuda
RUN pip install --no-cache-dir "$TORCH" --index-url "$INDEX"
COPY . .
# Slim images have no libGL, which opencv-python links.
RUN pip install --no-cache-dir ".[onedl]" \
    && pip uninstall -y opencv-python \
    && pip install --no-cache-dir opencv-python-headless
WORKDIR /work
ENTRYPOINT ["mmuda"]
