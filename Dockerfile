# Two images from one file:
#   docker build --target service -t warpack .              the API, the solver and the CPU side of the work: no CUDA package
#   docker build --target worker  -t warpack-worker .       the same with the CUDA compiler and simulator
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -v warpack:/data warpack        serves on port 8000
#
# compose.yaml runs them together. Nothing but /data and /tmp is written: the root may be read-only.
#
# BASE_IMAGE is any image with Python 3.11, 3.12 or 3.13 and its venv module.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/opt/warpack/bin:${PATH}

# Dependencies first, those of an empty package: they change seldom, so that a change of the code alone builds in seconds. It
# has a folder of its own: setuptools keeps what it has built where the sources are older.
FROM base AS service-packages
WORKDIR /empty
RUN python3 -m venv /opt/warpack
COPY pyproject.toml constraints.txt ./
RUN mkdir warpack && touch warpack/__init__.py README.md \
 && pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[service]'

FROM service-packages AS worker-packages
RUN pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[service,gpu]'

FROM service-packages AS service-installed
WORKDIR /build
COPY pyproject.toml README.md ./
COPY warpack/*.py warpack/py.typed warpack/
COPY solver warpack/solver
COPY gpu_runtime warpack/gpu_runtime
COPY service warpack/service
COPY examples/*.json warpack/examples/
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --force-reinstall . && python3 -m compileall -q /opt/warpack

FROM worker-packages AS worker-installed
WORKDIR /build
COPY pyproject.toml README.md ./
COPY warpack/*.py warpack/py.typed warpack/
COPY solver warpack/solver
COPY gpu_runtime warpack/gpu_runtime
COPY service warpack/service
COPY examples/*.json warpack/examples/
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --force-reinstall . && python3 -m compileall -q /opt/warpack

FROM base AS runtime
RUN echo 'warpack:x:10001:10001:Warpack:/data:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'warpack:x:10001:' >> /etc/group \
 && mkdir /data && chown 10001:10001 /data
# All that is ever written: what lasts in /data, what does not in /tmp.
ENV HOME=/data \
    TMPDIR=/tmp \
    XDG_CACHE_HOME=/data/.cache \
    NUMBA_CACHE_DIR=/data/.cache/numba \
    WARPACK_DATA_DIR=/data \
    WARPACK_CACHE_DIR=/data/cache
VOLUME /data
WORKDIR /data
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS worker
COPY --from=worker-installed /opt/warpack /opt/warpack
ENTRYPOINT ["warpack"]
CMD ["worker"]
HEALTHCHECK --interval=5m --timeout=60s --start-period=60s CMD ["warpack", "doctor"]

# Last, so that a build without --target makes it.
FROM runtime AS service
COPY --from=service-installed /opt/warpack /opt/warpack
ENV WARPACK_HOST=0.0.0.0 \
    WARPACK_PORT=8000
EXPOSE 8000
ENTRYPOINT ["warpack"]
CMD ["serve"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['WARPACK_PORT']}/livez\", timeout=2)"]
