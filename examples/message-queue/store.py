"""A store whose orders go through a queue, so that a lane has to travel in a message.

web (HTTP) asks orders (HTTP), which publishes each order; shipping consumes orders and asks
invoices (HTTP). Two words go with a message, and both are the application's business, since a
mesh cannot look into a queue: the lane of the *pod* that publishes chooses the consumer, by its
topic, and the lane of the *request* goes back into the header of what the consumer asks. It lies
in the payload, since MQTT 3.1.1 has no headers and drops those of MQTT 5 without a word.
"""

import json
import os
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import paho.mqtt.client as mqtt

HEADER = "x-asm-prefer-tag"
APP, VERSION = os.environ["app"], os.environ["version"]
TOPIC = "orders/" + VERSION
"""The topic of this pod's own lane: producers publish on it, consumers listen to no other."""


def ask(url: str, lane: str | None) -> str:
    """Ask a service and pass the lane on."""
    request = urllib.request.Request(url, headers={HEADER: lane} if lane else {})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return reply.read().decode().strip()


def connected(topic: str = "") -> mqtt.Client:
    """Return a client once the broker has accepted it; with a topic, once it listens there."""
    there = threading.Event()

    def on_connect(client: mqtt.Client, *_: object) -> None:
        if topic:
            client.subscribe(topic, qos=1)
        else:
            there.set()

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect, client.on_message = on_connect, ship
    client.on_subscribe = lambda *_: there.set()
    client.connect_async("127.0.0.1", 11883)
    client.loop_start()
    there.wait()
    return client


def ship(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
    """Take an order from the queue; its lane goes on in the header.

    A retained message comes to whoever subscribes, whenever that is. Its lane is that of a request
    which has long ended, so nothing is done in it.
    """
    if message.retain:
        print(f"{APP} {VERSION}: a retained order, of no lane any more", flush=True)
        return
    lane = json.loads(message.payload)["lane"]
    print(f"{APP} {VERSION}: an order of lane {lane}", flush=True)
    try:
        ask("http://invoices:8000/", lane)
    except OSError as problem:  # beyond here it ends the client and all its orders
        print(f"{APP} {VERSION}: no invoice for lane {lane}: {problem}", flush=True)


class Service(BaseHTTPRequestHandler):
    """Answers every GET with its name and what it did."""

    queue: mqtt.Client

    def do_GET(self) -> None:
        """Answer one request, in the lane its header names."""
        lane, said = self.headers.get(HEADER), f"{APP} {VERSION}"
        if APP == "web":
            said += " > " + ask("http://orders:8000/", lane)
        if APP == "orders":
            order = json.dumps({"lane": lane})
            self.queue.publish(TOPIC, order, qos=1, retain=False).wait_for_publish(5)
        if APP == "invoices":
            print(f"{said}: an invoice for lane {lane}", flush=True)
        body = said.encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Leave the log to what is said above."""


if __name__ == "__main__":
    if APP == "shipping":
        connected(TOPIC)  # before it listens: whoever is ready gets every message
    if APP == "orders":
        Service.queue = connected()
    place = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(place, Service).serve_forever()
