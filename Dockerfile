# The hub in one small image, not run by root. Build: docker build -t omnihub .    Run: docker run -p 8080:8080 -v omnihub:/data omnihub

FROM python:3.11-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements-build.lock requirements.lock ./
# The environment holds exactly the files whose hashes are locked; what builds the wheel stays behind in this stage.
RUN pip install --require-hashes -r requirements-build.lock \
    && python -m venv /opt/hub \
    && /opt/hub/bin/pip install --require-hashes -r requirements.lock
# The screens' packages change more seldom than the screens.
RUN pip install --require-hashes -r requirements-node.lock
COPY tools/node tools/node
COPY console/package.json console/package-lock.json console/.npmrc console/
RUN ln -s /usr/local .venv && tools/node npm ci
COPY . .
RUN /opt/hub/bin/python -m config.openapi > console/src/api/openapi.generated.json \
    && tools/node openapi-typescript src/api/openapi.generated.json --default-non-nullable=false --output src/api/schema.generated.ts \
    && tools/node npm run build
RUN python -m hatchling build -t wheel \
    && /opt/hub/bin/pip install --no-deps --no-index dist/*.whl \
    && /opt/hub/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin hub \
    && install --directory --owner hub --group hub --mode 0700 /data
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 HUB_DATA=/data HUB_HOST=0.0.0.0 HUB_PORT=8080
USER hub
# A hub.toml in the volume is found, for the hub looks for it where it is started.
WORKDIR /data
VOLUME /data
EXPOSE 8080
# A hub that is told to stop first finishes what it has begun.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"HUB_PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["hub"]
CMD ["serve"]
