# The console and its sandbox in one image: web server, worker, beat and sandbox differ in their command only.
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.lock /build/
RUN /opt/venv/bin/pip install --require-hashes -r /build/requirements.lock
WORKDIR /app
COPY manage.py ./
COPY console console
COPY static static
COPY templates templates
ENV PATH=/opt/venv/bin:$PATH VAR_DIR=/tmp/var STATIC_ROOT=/app/staticfiles
# Only for this one command: it is in no layer's environment and signs nothing.
RUN SECRET_KEY=only-to-collect python manage.py collectstatic --no-input -v 0 \
    && python -m compileall -q console

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 console \
    && useradd --system --uid 10001 --gid console --home-dir /nonexistent --shell /usr/sbin/nologin console \
    && install -d -o console -g console -m 0700 /var/lib/console
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=console.settings \
    STATIC_ROOT=/app/staticfiles \
    VAR_DIR=/var/lib/console
USER 10001:10001
VOLUME /var/lib/console
EXPOSE 8000
STOPSIGNAL SIGTERM
# The heartbeat's file is in memory, for a slow disk must not look like a dead worker; the root may be read-only.
CMD ["gunicorn", "console.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
