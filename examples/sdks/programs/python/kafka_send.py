"""A producer, as people write it with Flask and confluent-kafka: each GET sends a message."""

import os

import confluent_kafka
from flask import Flask

app = Flask(__name__)
producer = confluent_kafka.Producer({"bootstrap.servers": os.environ["KAFKA"]})


@app.get("/")
def send() -> str:
    """Send one message."""
    producer.produce("hop", value=b"hop")
    producer.flush()
    return "sent\n"


if __name__ == "__main__":
    app.run(os.environ["HOST"], int(os.environ["PORT"]))
