"""Sends a request of a person's to one address, a number of times, and says what came back."""

from laneway.adapters.asking.send import (
    GatewayAnswer,
    GivenAddress,
    NotConfirmedError,
    Sending,
    send,
)

__all__ = ["GatewayAnswer", "GivenAddress", "NotConfirmedError", "Sending", "send"]
