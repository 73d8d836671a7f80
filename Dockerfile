# SPDX-License-Identifier: AGPL-3.0-or-later
# One image for every command: `docker run sawt check`, `docker run sawt web`.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/sawt
COPY requirements.lock /tmp/requirements.lock
RUN /opt/sawt/bin/pip install --require-hashes -r /tmp/requirements.lock

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Sawt" org.opencontainers.image.licenses="AGPL-3.0-or-later"
# The folders are made here so that an empty volume mounted over one takes its owner and mode.
RUN groupadd --system --gid 10001 sawt \
    && useradd --system --uid 10001 --gid sawt --home-dir /nonexistent --shell /usr/sbin/nologin sawt \
    && install -d -o sawt -g sawt -m 0700 /var/lib/sawt /var/lib/sawt-keys
COPY --from=build /opt/sawt /opt/sawt
WORKDIR /app
COPY LICENSE ./
COPY bot ./bot
COPY channels ./channels
COPY routing ./routing
COPY locales ./locales
COPY admin_api ./admin_api
RUN /opt/sawt/bin/python -m compileall -q /app
ENV PATH=/opt/sawt/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SAWT_HOST=0.0.0.0 \
    SAWT_PORT=8000 \
    SAWT_KEYRING=/var/lib/sawt-keys/keyring.json \
    SAWT_DATABASE_URL=sqlite:////var/lib/sawt/sawt.db
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["python", "-m", "bot"]
CMD ["check"]
