"""Files in the forms that people give them, with marks where the weights of lanes stand.

Comes in: nothing. Goes out: styles, each a text in which `<v1>`, `<v2>` and `<v3>` stand for
weights and all else is literal, so that the text after an edit is known without any editor. Line
breaks, a byte order mark and the last newline are drawn by whoever renders a style.
"""

from __future__ import annotations

import random
import re

from msgspec import Struct

LANES = ("v1", "v2", "v3")
_MARK = re.compile(r"<(v[123])>")


class Style(Struct, frozen=True):
    """A form of a file. `written` spells the weights that were there before."""

    name: str
    text: str
    written: str = "{}"

    def lines(self) -> int:
        """Count the lines that have a weight."""
        return sum(bool(_MARK.search(line)) for line in self.text.splitlines())


class Spelling(Struct, frozen=True):
    """How a file is stored: its line breaks, a byte order mark, a newline at its end."""

    line_break: str = "\n"
    bom: bool = False
    final: bool = True

    @classmethod
    def drawn(cls, chance: random.Random) -> Spelling:
        """Draw one."""
        return cls(
            chance.choice(["\n", "\n", "\r\n", "\r\n", "\r"]),
            chance.random() < 0.2,
            chance.random() < 0.7,
        )

    def stored(self, text: str) -> bytes:
        """Return the bytes of a text."""
        text = text if self.final else text.rstrip("\n")
        raw = text.replace("\n", self.line_break).encode()
        return b"\xef\xbb\xbf" + raw if self.bom else raw


def rendered(style: Style, weights: dict[str, int], written: dict[str, str]) -> str:
    """Return a style's text with weights, those of `written` as they were spelled."""
    return _MARK.sub(lambda mark: written.get(mark[1], str(weights[mark[1]])), style.text)


def drawn_weights(chance: random.Random) -> dict[str, int]:
    """Draw weights that add up to 100, 0 and 100 among them."""
    low, high = sorted(chance.choice([0, 100, chance.randint(0, 100)]) for _ in range(2))
    return dict(zip(LANES, (low, high - low, 100 - high), strict=True))


HEAD = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mock
  namespace: istio-system
"""
LANE_HEAD = "apiVersion: istio.alibabacloud.com/v1\nkind: ASMSwimLane\n"

GROUP = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata:
  name: mock
spec:
  ingress:
    gateway: {name: ingressgateway, namespace: istio-system, type: ASM}
    ingressRouting: {ingressRoutingStrategy: STRATEGY}
  services:
  - {name: mocka, namespace: default}
  - {name: mockb, namespace: default}
"""


def lane(name: str) -> str:
    """Return a lane of the group."""
    return (
        f"---\n{LANE_HEAD}metadata: {{name: {name}, labels: {{swimlane-group: mock}}}}\n"
        f"spec: {{labelSelector: {{version: {name}}}}}\n"
    )


OTHER = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: numbers, namespace: default}
data:
  weight: "50"
  mode: "040"
  online: yes
  block: |
    route:
    - weight: 50
      subset: v1
  folded: >-
    weight: 10
    and weight: 60
"""

STYLES = (
    Style(
        "as in the guide",
        f"""{HEAD}spec:
  gateways:
    - ingressgateway
  hosts:
    - '*'
  http:
    - match:
        - uri:
            exact: /mock
      route:
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v1
          weight: <v1>
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v2
          weight: <v2>
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v3
          weight: <v3>
""",
    ),
    Style(
        "lists as deep as their key",
        f"""{HEAD}spec:
  gateways:
  - ingressgateway
  hosts:
  - '*'
  http:
  - match:
    - uri:
        exact: /mock
    route:
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v1
      weight: <v1>
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v2
      weight: <v2>
    - weight: <v3>
      destination:
        host: mocka.default.svc.cluster.local
        subset: v3
""",
    ),
    Style(
        "four spaces",
        f"""{HEAD}spec:
    gateways:
        -   ingressgateway
    hosts: ["*"]
    http:
        -   name: main
            route:
                -   destination:
                        host: mocka.default.svc.cluster.local
                        subset: v1
                    weight: <v1>
                -   destination:
                        host: mocka.default.svc.cluster.local
                        subset: v2
                    weight: <v2>

                -   destination:
                        host: mocka.default.svc.cluster.local
                        subset: v3

                    weight: <v3>
""",
    ),
    Style(
        "a line for each destination",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - route:
    - {{destination: {{host: mocka.default.svc.cluster.local, subset: v1}}, weight: <v1>}}
    - {{destination: {{host: mocka.default.svc.cluster.local, subset: v2}}, weight:   <v2> }}
    - {{weight: <v3>, destination: {{host: mocka.default.svc.cluster.local, subset: v3}}}}
""",
    ),
    Style(
        "all in one line",
        f"""{HEAD}spec: {{gateways: [ingressgateway], hosts: ['*'], http: [{{route: [\
{{destination: {{host: mocka.default.svc.cluster.local, subset: v1}}, weight: <v1>}}, \
{{destination: {{host: mocka.default.svc.cluster.local, subset: v2}}, weight: <v2>}},\
{{destination: {{host: mocka.default.svc.cluster.local, subset: v3}}, weight: <v3>}}]}}]}}
""",
    ),
    Style(
        "brackets over lines, with a comma at the end",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: [
    '*',
  ]
  http: [
    {{
      route: [
        {{
          destination: {{ host: mocka.default.svc.cluster.local, subset: v1 }},
          weight: <v1>, # stable
        }},
        {{
          destination: {{ host: mocka.default.svc.cluster.local, subset: v2 }},
          weight: <v2>,
        }},
        {{
          destination: {{ host: mocka.default.svc.cluster.local, subset: v3 }},
          weight: <v3>
        }},
      ],
    }},
  ]
""",
    ),
    Style(
        "comments everywhere, tabs in them",
        f"""# weights:\t60 30 10
{HEAD}spec:   # weight: 50
  gateways: [ingressgateway]
  hosts: ['*']\t# all
  http:
  # the split
  - route:  # weight: 10
    # weight: 60
    - destination:\t# stable
        host: mocka.default.svc.cluster.local
        subset: v1
      weight: <v1>\t# keep me: weight: 3
    - destination:
        host: mocka.default.svc.cluster.local
        # subset: v9
        subset: v2   # next
      weight:     <v2>   # percent
      # - weight: 5
    # canary
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v3
      #\ttabbed
      weight: <v3> # end
# weight: 0
""",
    ),
    Style(
        "several documents",
        f"""---
# a document that is a comment
---
{OTHER}---
{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: <v3>
...
---
{OTHER.replace("numbers", "more-numbers")}
""",
    ),
    Style(
        "a comment on the marker's line",
        f"""--- # routes

{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: <v3>
--- # what else
{OTHER}""",
    ),
    Style(
        "keys in quotes",
        f"""{HEAD}"spec":
  "gateways": ["ingressgateway"]
  "hosts": ["*"]
  "http":
  - "route":
    - "destination":
        "host": "mocka.default.svc.cluster.local"
        "subset": "v1"
      "weight": <v1>
    - 'destination':
        'host': 'mocka.default.svc.cluster.local'
        'subset': 'v2'
      'weight' : <v2>
    - ? destination
      : host: mocka.default.svc.cluster.local
        subset: v3
      ? weight
      : <v3>
""",
    ),
    Style(
        "JSON of several lines",
        """{
  "apiVersion": "networking.istio.io/v1",
  "kind": "VirtualService",
  "metadata": {"name": "mock", "namespace": "istio-system"},
  "spec": {
    "gateways": ["ingressgateway"],
    "hosts": ["*"],
    "http": [
      {
        "route": [
          {"destination": {"host": "mocka.default.svc.cluster.local", "subset": "v1"},
           "weight": <v1>},
          {"weight": <v2>,
           "destination": {"host": "mocka.default.svc.cluster.local", "subset": "v2"}},
          {"destination": {"host": "mocka.default.svc.cluster.local", "subset": "v3"},
           "weight":<v3>}
        ]
      }
    ]
  }
}
""",
    ),
    Style(
        "a list as kubectl writes it",
        f"""apiVersion: v1
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {{name: one, namespace: default}}
  data: {{weight: "50"}}
- apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata:
    name: mock
    namespace: istio-system
  spec:
    gateways:
    - ingressgateway
    hosts:
    - '*'
    http:
    - route:
      - destination:
          host: mocka.default.svc.cluster.local
          subset: v1
        weight: <v1>
      - destination:
          host: mocka.default.svc.cluster.local
          subset: v2
        weight: <v2>
      - destination:
          host: mocka.default.svc.cluster.local
          subset: v3
        weight: <v3>
kind: List
metadata: {{resourceVersion: ""}}
---
{OTHER}""",
    ),
    Style(
        "a list of JSON",
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", '
        '"metadata": {"name": "é"}}, {"apiVersion": "networking.istio.io/v1", "kind": '
        '"VirtualService", "metadata": {"name": "mock", "namespace": "istio-system"}, "spec": '
        '{"gateways": ["ingressgateway"], "hosts": ["*"], "http": [{"route": [{"destination": '
        '{"host": "mocka.default.svc.cluster.local", "subset": "v1"}, "weight": <v1>}, '
        '{"destination": {"host": "mocka.default.svc.cluster.local", "subset": "v2"}, "weight": '
        '<v2>}, {"destination": {"host": "mocka.default.svc.cluster.local", "subset": "v3"}, '
        '"weight": <v3>}]}]}}]}\n',
    ),
    Style(
        "anchors and aliases beside the weights",
        f"""{HEAD}spec:
  gateways: &gateways [ingressgateway]
  hosts: ['*']
  http:
  - route:
    - destination: &stable
        host: &host mocka.default.svc.cluster.local
        subset: v1
      weight: <v1>
    - destination:
        host: *host
        subset: &next v2
      weight: &w2 <v2>
    - destination: {{host: *host, subset: v3}}
      weight: !!int <v3>
  - match: [{{gateways: *gateways, uri: {{exact: /other}}}}]
    route:
    - destination: *stable
""",
    ),
    Style(
        "merges beside the weights",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - match: [{{uri: {{exact: /a}}}}]
    retries: &retries
      attempts: 3
      perTryTimeout: 2s
    route:
    - destination: &to
        host: mocka.default.svc.cluster.local
      weight: 100
  - retries:
      <<: *retries
    route:
    - destination:
        <<: *to
        subset: v1
      weight: <v1>
    - destination: {{<<: *to, subset: v2}}
      weight: <v2>
    - destination: {{<<: *to, subset: v3}}
      weight: <v3>
""",
    ),
    Style(
        "texts that look like weights and templates",
        """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mock
  namespace: istio-system
  annotations:
    template: "{{ .Values.weight }} weight: 50"
    single: '{{- range $i := .list }} - weight: {{ $i }} {{- end }}'
    block: |-
      route:
      - destination: {subset: v1}
        weight: 50
    long: >
      the weight: 50 of subset: v1 was
      agreed on in the meeting of last week, and the line is long enough that somebody folded it

      weight: 30
    folded: "a text over two
      lines: weight: 10"
spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - match:
    - uri: {regex: '^/(?i)mock[0-9]{1,3}$'}
      headers: {x-weight: {exact: 'weight: 50'}}
    route:
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v1
      weight: <v1>
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v2
      headers:
        request: {set: {weight: "50"}}
      weight: <v2>
    - destination:
        host: mocka.default.svc.cluster.local
        subset: v3
      weight: <v3>
    mirrors:
    - destination: {host: mockb.default.svc.cluster.local}
      percentage: {value: 50}
""",
    ),
    Style(
        "numbers in an odd spelling",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - timeout: 040s
    route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1, port: {{number: 0x1f40}}}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight:
        <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: # here it comes
        <v3>
""",
        "0x{:x}",
    ),
    Style(
        "weights with a fraction of nothing",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: <v3>   # %
""",
        "{}.0",
    ),
    Style(
        "letters of the whole world before the weights",
        """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: mock
  namespace: istio-system
  annotations: {owner: 'Zoë 🚦 交通 вес', "ключ": "50"}
spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - route:   # größer 🚦
    - destination: {host: mocka.default.svc.cluster.local, subset: v1} # 交通
      weight: <v1> # 交通
    - {destination: {host: mocka.default.svc.cluster.local, subset: v2}, weight: <v2>} # вес
    - destination: {host: mocka.default.svc.cluster.local, subset: v3}
      weight: <v3>
""",
    ),
    Style(
        "several routes, and one without all lanes",
        f"""{HEAD}spec:
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  - match: [{{headers: {{x-tester: {{exact: "1"}}}}}}]
    route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
  - match: [{{uri: {{prefix: /old}}}}]
    route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: 50
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: 50
  - match: [{{uri: {{prefix: /gone}}}}]
    redirect: {{uri: /mock}}
  - name: main
    route:
    - destination: {{host: mocka.default.svc.cluster.local, subset: v1}}
      weight: <v1>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v2}}
      weight: <v2>
    - destination: {{host: mocka.default.svc.cluster.local, subset: v3}}
      weight: <v3>
  tcp:
  - match: [{{port: 9000}}]
    route:
    - weight: <v1>
      destination: {{host: mockb.default.svc.cluster.local, subset: v1}}
    - weight: <v2>
      destination: {{host: mockb.default.svc.cluster.local, subset: v2}}
    - weight: <v3>
      destination: {{host: mockb.default.svc.cluster.local, subset: v3}}
""",
    ),
    Style(
        "dashes on lines of their own, blanks at ends of lines",
        f"""{HEAD}spec:{"  "}
  gateways: [ingressgateway]
  hosts: ['*']
  http:
  -
    route:{" "}

    -
      destination:
        host: mocka.default.svc.cluster.local{"   "}
        subset: v1
      weight: <v1>{"  "}

    -   # the next one
      destination:
        host: mocka.default.svc.cluster.local
        subset: v2
      weight: <v2>


    - destination:
        subset: v3
        host: mocka.default.svc.cluster.local
      weight: <v3>


""",
    ),
)
"""Forms of a VirtualService."""

LANE_STYLES = (
    Style(
        "a document for each lane",
        "---\n".join(
            f"""{LANE_HEAD}metadata:
  name: {name}
  labels:
    swimlane-group: mock
spec:
  labelSelector:
    version: {name}
  ingressWeight:
    destination:
      host: mocka.default.svc.cluster.local
    weight: <{name}>
"""
            for name in LANES
        ),
    ),
    Style(
        "a line for each lane's weight",
        f"""# weight: 50
---
{LANE_HEAD}metadata: {{name: v1, labels: {{swimlane-group: mock}}}}
spec:
  ingressWeight: {{weight:  <v1>, destination: {{host: mocka.default.svc.cluster.local}}}} # one
  labelSelector: {{version: v1}}
---
{LANE_HEAD}metadata: {{name: v2, labels: {{swimlane-group: mock}}}}
spec: {{labelSelector: {{version: v2}}, ingressWeight: {{destination: {{host: \
mocka.default.svc.cluster.local}}, weight: <v2>}}}}
--- # the third
{LANE_HEAD}metadata:
    labels:
        swimlane-group: mock
    name: v3
spec:
    ingressWeight:
        "weight": <v3>
        destination: &to
            host: mocka.default.svc.cluster.local
    labelSelector:
        version: v3
""",
    ),
    Style(
        "lanes in a list",
        "apiVersion: v1\nkind: List\nitems:\n"
        + "".join(
            f"""- apiVersion: istio.alibabacloud.com/v1
  kind: ASMSwimLane
  metadata:
    annotations:
      note: >-
        weight: 50
    labels: {{swimlane-group: mock}}
    name: {name}
  spec:
    ingressWeight:
      destination: {{host: mocka.default.svc.cluster.local}}
      weight: <{name}> # percent
    labelSelector: {{version: {name}}}
"""
            for name in LANES
        ),
    ),
    Style(
        "lanes in a list over other keys",
        "items:\n"
        + "".join(
            f"""  - apiVersion: istio.alibabacloud.com/v1
    kind: ASMSwimLane
    metadata: {{labels: {{swimlane-group: mock}}, name: {name}}}
    spec: {{labelSelector: {{version: {name}}}, ingressWeight: {{weight: <{name}>, \
destination: {{host: mocka.default.svc.cluster.local}}}}}}
"""
            for name in LANES
        )
        + "kind: ASMSwimLaneList\napiVersion: istio.alibabacloud.com/v1\n",
    ),
)
"""Forms of lanes with an ingressWeight."""
