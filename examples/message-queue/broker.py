"""An MQTT broker on 127.0.0.1:11883. No mesh sees what passes through it."""

import asyncio

from amqtt.broker import Broker

SETTINGS = {
    "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:11883"}},
    "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
}


async def serve() -> None:
    """Serve until the process ends."""
    await Broker(SETTINGS).start()
    await asyncio.Event().wait()


asyncio.run(serve())
