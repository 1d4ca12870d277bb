"""A consumer, as people write it with confluent-kafka: each message is a call that goes on."""

import os

import confluent_kafka
import requests

SETTINGS = {
    "bootstrap.servers": os.environ["KAFKA"],
    "group.id": "hop",
    "auto.offset.reset": "earliest",
}


def main() -> None:
    """Read messages for ever."""
    consumer = confluent_kafka.Consumer(SETTINGS)
    consumer.subscribe(["hop"])
    while True:
        message = consumer.poll(1.0)
        if message is not None and message.error() is None:
            requests.get(os.environ["NEXT"], timeout=60)


if __name__ == "__main__":
    main()
