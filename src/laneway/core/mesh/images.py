"""Names of images: how one is meant, and those that the mock application stands in for.

Comes in: an image's name as a pod template writes it, and a pattern. Goes out: whether the one is
meant by the other. A registry is never asked; what is in an image only its owner knows.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

MOCK_IMAGES = (
    "laneway/mock",
    "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog/go-http-sample*",
    "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog/asm-mock*",
    "docker.io/vifoggy/gobin*",
    "vifoggy/gobin*",
)
"""The sample images of the vendor's lane tutorials, and the one of Laneway's own examples."""


def meets(image: str, pattern: str) -> bool:
    """Whether an image's name, whole or without its tag, is what a pattern names."""
    return any(fnmatchcase(name, pattern) for name in (image, without_tag(image)))


def without_tag(image: str) -> str:
    """Return an image's name without tag and digest; a registry's port is no tag.

    >>> without_tag("localhost:5000/shop/cart:1.4@sha256:abc")
    'localhost:5000/shop/cart'
    """
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]
