"""Puts a producer or a consumer of Kafka between two that speak HTTP; it has no tracing itself.

Comes in: `producer` or `consumer`, the words that run the program, and GET. Of a producer each GET
is passed on to it, and the headers of its message become the lines of a GET of NEXT; for a consumer
each GET becomes a message, and what it asks for a GET of NEXT. The broker runs in one Java machine,
of the jars in `.built/broker/`.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

Lines = list[tuple[str, str]]
HOST, PATIENCE = "127.0.0.1", 300
BOUND = ("setpriv", "--pdeathsig", "KILL", "--")
JAVA = ("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", ".built/broker/*")
BROKER = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{raft}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{raft}
controller.listener.names=CONTROLLER
log.dirs={folder}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
"""


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def broker(folder: Path) -> str:
    """Run a broker that keeps its messages in a folder, empty at first; return its address."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings, port = folder.with_suffix(".properties"), free_port()
    settings.write_text(BROKER.format(host=HOST, port=port, raft=free_port(), folder=folder))
    form = ("kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c")
    subprocess.run((*JAVA, *form, str(settings)), check=True)
    subprocess.Popen((*BOUND, *JAVA, "kafka.Kafka", str(settings)))
    admin = AdminClient({"bootstrap.servers": f"{HOST}:{port}"})
    admin.list_topics(timeout=PATIENCE)
    admin.create_topics([NewTopic("hop", 1, 1)])["hop"].result(PATIENCE)
    return f"{HOST}:{port}"


def get(place: str, lines: Lines) -> None:
    """Send one GET with these lines."""
    asked = http.client.HTTPConnection(place, timeout=PATIENCE)
    asked.putrequest("GET", "/", skip_accept_encoding=True)
    for name, value in lines:
        asked.putheader(name, value)
    asked.endheaders()
    asked.getresponse().read()


def serve(place: tuple[str, int], take: Callable[[Lines], object]) -> ThreadingHTTPServer:
    """Hand the lines of each GET to somebody."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            own = ("host", "connection", "user-agent", "accept", "accept-encoding")
            take([(name, value) for name, value in self.headers.items() if name.lower() not in own])
            self.send_response(200)
            self.end_headers()

    return ThreadingHTTPServer(place, Door)


def in_front_of_a_producer(kafka: str, words: Iterable[str]) -> Callable[[Lines], Lines]:
    """Run a producer; return what tells of a GET the headers of its message."""
    port = free_port()
    told = {"KAFKA": kafka, "HOST": HOST, "PORT": str(port)}
    subprocess.Popen((*BOUND, *words), env={**os.environ, **told})
    settings = {"bootstrap.servers": kafka, "group.id": "between", "auto.offset.reset": "earliest"}
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe(["hop"])
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            consumer.poll(0.1)
        else:
            break

    def through(lines: Lines) -> Lines:
        get(f"{HOST}:{port}", lines)
        message = consumer.poll(PATIENCE)
        return [(name, value.decode()) for name, value in message.headers() or ()]

    return through


def in_front_of_a_consumer(kafka: str, words: Iterable[str]) -> Callable[[Lines], Lines]:
    """Run a consumer; return what tells of a message the lines of what the consumer asks."""
    asked: Queue[Lines] = Queue()
    back = serve((HOST, 0), asked.put)
    threading.Thread(target=back.serve_forever, daemon=True).start()
    told = {"KAFKA": kafka, "NEXT": f"http://{HOST}:{back.server_address[1]}/"}
    subprocess.Popen((*BOUND, *words), env={**os.environ, **told})
    producer = confluent_kafka.Producer({"bootstrap.servers": kafka})

    def through(lines: Lines) -> Lines:
        producer.produce(
            "hop", value=b"hop", headers=[(name, text.encode()) for name, text in lines]
        )
        producer.flush()
        return asked.get(timeout=PATIENCE)

    return through


def main() -> None:
    """Run a broker and the program, then listen in front of it."""
    what, *words = sys.argv[1:]
    kafka = broker(Path(".built/messages", what).absolute())
    of_a_producer = what == "producer"
    through = (in_front_of_a_producer if of_a_producer else in_front_of_a_consumer)(kafka, words)
    behind = urlsplit(os.environ["NEXT"]).netloc
    place = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))
    serve(place, lambda lines: get(behind, through(lines))).serve_forever()


if __name__ == "__main__":
    main()
