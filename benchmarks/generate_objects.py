"""Writes Kubernetes objects of everyday shape, as many as asked for.

Comes in: a number of objects and of files. Goes out: YAML files in a folder; 10,000 objects are
4.6 MB. Half are Services, half Deployments, as in the input of a mesh. The same numbers give the
same bytes.

    python -m benchmarks.generate_objects FOLDER [OBJECTS [FILES]]
"""

from __future__ import annotations

import sys
from pathlib import Path

_SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: service-{number}
  namespace: space-{space}
  labels:
    app: service-{number}
    team: team-{space}
spec:
  ports:
  - port: 8000
    name: http
  selector:
    app: service-{number}
"""

_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{number}-v1
  namespace: space-{space}
  labels:
    app: service-{number}
    version: v1
spec:
  replicas: 1
  selector:
    matchLabels:
      app: service-{number}
      version: v1
  template:
    metadata:
      labels:
        app: service-{number}
        version: v1
        ASM_TRAFFIC_TAG: v1
    spec:
      containers:
      - name: default
        image: registry.example.com/team/go-http-sample:1.0
        imagePullPolicy: IfNotPresent
        env:
        - name: version
          value: v1
        - name: app
          value: service-{number}
        - name: upstream_url
          value: "http://service-{next}:8000/"
        ports:
        - containerPort: 8000
"""


def documents(objects: int) -> list[str]:
    """Return the texts of that many objects."""
    found = []
    for index in range(objects):
        template = _DEPLOYMENT if index % 2 else _SERVICE
        number = index // 2
        found.append(template.format(number=number, space=number % 20, next=number + 1))
    return found


def write(folder: Path, objects: int, files: int) -> int:
    """Write the objects into that many files and return their size in bytes."""
    texts = documents(objects)
    share = -(-len(texts) // files)
    size = 0
    for index in range(0, len(texts), share):
        text = "---\n".join(texts[index : index + share])
        size += len(text)
        (folder / f"objects-{index // share:05}.yaml").write_text(text)
    return size


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    total = write(target, count, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    print(f"{count} objects, {total / 1e6:.1f} MB in {target}")
