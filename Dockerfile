# Two images from one file: `web` has neither PyTorch nor MindSpore, `worker` adds both and the sandbox.
FROM python:3.11-slim AS web
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MINDFERRY_DATA=/data
RUN useradd --create-home --uid 1000 ferry && install -d -o ferry -g ferry -m 0700 /data
WORKDIR /mindferry
COPY pyproject.toml constraints.txt ./
COPY launcher ./launcher
RUN python -m launcher.install --venv /opt/venv web
COPY . .
RUN /opt/venv/bin/python -m compileall -q migrator webapp workers
ENV PATH=/opt/venv/bin:$PATH
USER ferry
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "webapp.asgi:application", "--host", "0.0.0.0", "--port", "8000"]

FROM web AS worker
USER root
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap libgomp1 && rm -rf /var/lib/apt/lists/*
RUN python3 -m launcher.install --venv /opt/venv web worker
USER ferry
CMD ["python", "-m", "workers", "cpu"]
