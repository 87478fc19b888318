FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data

WORKDIR /app
RUN useradd --uid 1000 --no-create-home server && install --directory --owner=server /data

# Before the code: a change of the code does not install the libraries again.
COPY requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/runtime.txt \
    && python -m compileall -q /usr/local/lib/python3.11/site-packages

COPY . .
# Collecting needs no key and no database, but the settings want to see one of each.
RUN SECRET_KEY=unused DATABASE_URL=sqlite://:memory: python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .

USER 1000
VOLUME /data
EXPOSE 8000
# /healthz, not /readyz: starting this again would not bring a database back.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0"]
