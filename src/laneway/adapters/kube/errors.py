"""What can go wrong with the Kubernetes API, as one small tree.

Comes in: what the server answered, or that it did not. Goes out: an exception whose words say what
was asked, of whom, and what mends it. Callers tell apart what they do next: ask again, take another
name, tell a person.
"""

# ruff: noqa: N818 - each reads as what is the case

from __future__ import annotations


class KubeError(Exception):
    """Whatever went wrong with the API; the others are its kinds."""


class NoAccess(KubeError):
    """There is no way in: no kubeconfig, one that does not read, or credentials refused."""


class Forbidden(KubeError):
    """The API knows who asks, and does not let them."""


class NotFound(KubeError):
    """There is no such object, or the API does not serve its kind."""


class Invalid(KubeError):
    """The API takes no such object or question; the words say which field."""


class Expired(KubeError):
    """What was asked about is older than what the API still knows: read it anew."""


class Unavailable(KubeError):
    """No answer, or none of use, within the time that was given to it.

    `status` is the HTTP status of the last answer, 0 for none; `retry_after` are the seconds after
    which the server wants to be asked again, if it said so.
    """

    def __init__(self, words: str, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(words)
        self.status = status
        self.retry_after = retry_after


class Conflict(KubeError):
    """Others hold what was to be written.

    `fields` are the paths that belong to somebody else, `managers` who they are; both are empty
    where an object is another than the one that was meant, or is there already. `is_applied` says
    that one of them applies its fields again and again, as a manifest does; an edit is done once.
    """

    def __init__(
        self,
        words: str,
        fields: tuple[str, ...] = (),
        managers: tuple[str, ...] = (),
        *,
        is_applied: bool = False,
    ) -> None:
        super().__init__(words)
        self.fields = fields
        self.managers = managers
        self.is_applied = is_applied
