# One image for everything: pages, workers and clock differ in their command alone (see docker-compose.yml).
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    VAR_DIR=/var/lib/paper-route

RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent paper-route \
    && install --directory --owner paper-route --group paper-route --mode 0700 "$VAR_DIR"

WORKDIR /app
# Before the code, so that a change of the code does not install everything again.
# An optional part comes with `docker compose build --build-arg EXTRA=semantic`.
ARG EXTRA=
COPY requirements.lock ./
COPY papers/search/semantic.lock subscriptions/sending/amazon-ses.lock subscriptions/sending/resend.lock extras/
COPY digest/evaluation/evaluation.lock extras/
RUN pip install --require-hashes -r requirements.lock ${EXTRA:+-r "extras/$EXTRA.lock"} && rm -r extras

# No collectstatic: WhiteNoise serves the few static files from where they lie.
COPY manage.py LICENSE ./
COPY papers papers/
COPY subscriptions subscriptions/
COPY digest digest/
COPY templates templates/
RUN python -m compileall -q .

USER paper-route
VOLUME /var/lib/paper-route
EXPOSE 8000
CMD ["python", "manage.py", "run", "--host", "0.0.0.0"]
