// The picture as SVG: items and edges come in, elements go out, each found by its id.
//
// What is large is made a few milliseconds at a time, so that nothing stalls, and of a picture with
// thousands of items only what is near the view is there. Where things stand is decided elsewhere.
// No element has a transform or an opacity of its own: each would be a layer more to put together in
// every frame that moves. Words that change each second are a picture of their own above the other,
// so that they are not drawn with every line below them. Thousands of lines at a scale at which nobody
// can follow one are left out (`isBare`), which whoever looks is told.

import { cut, svg, write } from "./elements.js";
import { around, curve, meet, pathText } from "./geometry.js";
import { arrow, hatches, lines, strip } from "./marks.js";
import { boxWords, underName } from "./words.js";

const SLICE = 24; // milliseconds of making elements in one frame
const FEW = 150; // elements that are made at once
const MANY = 2000; // items and edges above which only those near the view are made
const NAME = "600 13px system-ui, sans-serif", FAR_NAME = "600 21px system-ui, sans-serif", UNDER = "11px system-ui, sans-serif";
const BOX = "600 17px system-ui, sans-serif", FAR_BOX = "600 36px system-ui, sans-serif";

export class Drawing {
  nodes = new Map();
  edges = new Map();
  curves = new Map();
  #queue = [];
  #frame = 0;
  #told = "";

  constructor(word, { settled }) {
    this.word = word;
    this.settled = settled;
    this.layers = Object.fromEntries(["spaces", "edges", "seen", "nodes", "titles", "labels"].map((name) => [name, svg("g", { class: name })]));
    const { labels, ...others } = this.layers;
    this.worlds = [svg("g", {}, ...Object.values(others)), svg("g", {}, labels)];
    this.svg = svg("svg", { role: "group", "aria-label": "Services and calls" }, hatches(word), this.worlds[0]);
    this.words = svg("svg", { class: "words", "aria-hidden": "true" }, this.worlds[1]);
  }

  /** Draw at a scale: everything is laid out in the graph's pixels and magnified here. */
  scale(k, size) {
    this.k = k;
    for (const picture of [this.svg, this.words]) {
      picture.setAttribute("width", Math.ceil(size.width * k));
      picture.setAttribute("height", Math.ceil(size.height * k));
    }
    for (const world of this.worlds) world.setAttribute("transform", `scale(${k})`);
    this.svg.style.setProperty("--scale", k);
    const level = k < 0.2 ? "tiny" : k < 0.5 ? "far" : k < 0.85 ? "middle" : "near";
    if (level === this.level) return;
    this.level = level;
    this.svg.setAttribute("data-level", level);
    for (const [id, element] of this.nodes) this.#name(this.scene.items.get(id), element);
  }

  /** Whether it is too small for words at every edge. */
  isSmall() { return this.level === "tiny" || this.level === "far"; }

  /** Begin another picture. */
  begin(scene, marks) {
    Object.assign(this, { scene, marks });
    for (const layer of Object.values(this.layers)) layer.replaceChildren();
    for (const map of [this.nodes, this.edges, this.curves]) map.clear();
    for (const edge of scene.edges) this.curves.set(edge.id, curve(edge, scene.items));
    for (const space of scene.spaces) if (!space.isFolded) this.#space(space);
    this.isLarge = scene.items.size + scene.edges.length > MANY;
    this.#told = "";
  }

  /** Have everything there that a part of the picture shows, or all of it where that is not much. */
  fill(view) {
    const isNear = this.isLarge ? (rectangle) => meet(rectangle, view) : () => true;
    const items = new Map([...this.scene.items].filter(([, item]) => isNear(item)));
    this.isBare = this.isLarge && this.level === "tiny";
    const near = this.isBare ? [] : this.scene.edges.filter((edge) => isNear(this.around(edge)));
    const edges = new Map(near.map((edge) => [edge.id, edge]));
    drop(this.nodes, items);
    drop(this.edges, edges, (element) => element.parentNode === this.layers.edges);
    const missing = [
      ...[...items.values()].filter((one) => !this.nodes.has(one.id)).map((one) => () => this.#item(one)),
      ...[...edges.values()].filter((one) => !this.edges.has(one.id)).map((one) => () => this.#edge(one, this.layers.edges)),
    ];
    this.#queue = missing.reverse();
    this.svg.removeAttribute("data-settled");
    if (missing.length <= FEW) this.#work(Infinity);
    else this.#later(() => this.#work(SLICE));
  }

  /** Draw the edges that were seen and no plan has. */
  seen(edges) {
    const told = edges.map((one) => `${one.id} ${one.lanes}`).join("\n");
    if (told === this.#told) return false;
    this.#told = told;
    for (const element of [...this.layers.seen.children]) this.edges.delete(element.dataset.id);
    this.layers.seen.replaceChildren();
    for (const edge of edges) {
      this.curves.set(edge.id, curve(edge, this.scene.items));
      this.#edge(edge, this.layers.seen);
    }
    return true;
  }

  /** Draw an edge as of these lanes alone. */
  recolor(edge, lanes) {
    const element = this.edges.get(edge.id);
    if (!element || element.dataset.lanes === lanes.join(" ")) return;
    element.dataset.lanes = lanes.join(" ");
    element.replaceChildren(...this.#strokes({ ...edge, lanes }));
  }

  /** End all work that waits. */
  end() {
    cancelAnimationFrame(this.#frame);
    this.#queue = [];
  }

  /** The rectangle around an edge. */
  around(edge) {
    const found = this.curves.get(edge.id);
    return (found.around ??= around(found));
  }

  #later(act) {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(act);
  }

  #work(slice) {
    cancelAnimationFrame(this.#frame);
    const until = performance.now() + slice;
    while (this.#queue.length && performance.now() < until) this.#queue.pop()();
    if (this.#queue.length) this.#later(() => this.#work(SLICE));
    else if (slice === Infinity) this.#settle();
    else this.#later(() => this.#settle()); // what is made last and what it means are two frames' work
  }

  #settle() {
    this.svg.setAttribute("data-settled", "true");
    this.settled();
  }

  #space({ x, y, width, height, name }) {
    this.layers.spaces.append(svg("g", { class: "space", "data-space": name }, svg("rect", { x, y, width, height, rx: 12 })));
    this.layers.titles.append(svg(
      "g", { class: "fold", "data-space": name, "aria-hidden": "true" },
      svg("rect", { class: "grip", x, y, width: Math.min(width, 40 + name.length * 9), height: 26, rx: 6 }),
      svg("text", { x: x + 14, y: y + 21 }, `▾ ${name}`),
    ));
  }

  #item(item) {
    const element = svg("g", {
      class: item.kind === "box" ? "item box" : `item node ${item.node.kind}`, "data-id": item.id,
      role: "button", tabindex: -1, "aria-pressed": "false",
    });
    element.append(...(item.kind === "box" ? boxed(item) : this.#node(item)));
    this.nodes.set(item.id, element);
    this.#name(item, element);
    this.layers.nodes.append(element);
  }

  #node({ node, x, y, width, height }) {
    const mark = node.lane === null ? null : this.marks.get(node.lane);
    const strips = strip(this.word, mark, { x: x + 6, y: y + 6, width: 8, height: height - 12, rx: 2.5 });
    const isShort = node.ready !== null && node.ready < node.pods;
    const sign = `M${x + width - 20} ${y + 9}l6.5 11h-13zm-.6 3.8h1.2v3.6h-1.2zm0 4.6h1.2v1.2h-1.2z`;
    return [
      frame(node, x, y, width, height), ...strips,
      svg("text", { class: "name" }),
      svg("text", { class: isShort ? "under short" : "under" }),
      isShort && svg("path", { class: "short", d: sign, "fill-rule": "evenodd" }),
    ].filter(Boolean);
  }

  /** Write the words of an item as large as they can be read at the present scale. */
  #name(item, element) {
    const { kind, node, x, y, width } = item, isSmall = this.isSmall();
    const [name, under] = element.querySelectorAll(".name, .under");
    if (kind === "box") {
      place(name, x + width / 2, y + item.height / 2 + (isSmall ? 12 : -3), cut(item.name, isSmall ? FAR_BOX : BOX, width - 30));
      place(under, x + width / 2, y + item.height / 2 + 18, isSmall ? "" : cut(boxWords(item), UNDER, width - 24));
      return;
    }
    const left = node.lane !== null ? (isSmall ? 36 : 22) : node.kind === "version" ? 12 : 16;
    const room = width - left - (node.kind === "gateway" ? 22 : 12);
    place(name, x + left, y + (isSmall ? 29 : 19), cut(node.name, isSmall ? FAR_NAME : NAME, room));
    place(under, x + left, y + 35, isSmall ? "" : cut(underName(node), UNDER, room));
  }

  #edge(edge, layer) {
    const element = svg("g", { class: `edge ${edge.kind}`, "data-id": edge.id, "data-lanes": edge.lanes.join(" ") }, ...this.#strokes(edge));
    this.edges.set(edge.id, element);
    layer.append(element);
  }

  #strokes(edge) {
    const found = this.curves.get(edge.id);
    return [...lines(found, edge, this.marks), arrow(edge, found, this.marks), svg("path", { class: "hit", d: pathText(found) })];
  }
}

function drop(there, wanted, isOurs = () => true) {
  for (const [id, element] of there) {
    if (wanted.has(id) || !isOurs(element)) continue;
    element.remove();
    there.delete(id);
  }
}

function place(text, x, y, words) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
  write(text, words);
}

function frame(node, x, y, width, height) {
  if (node.kind === "gateway") {
    return svg("path", { class: "frame", d: `M${x + 8} ${y}h${width - 24}l16 ${height / 2}l-16 ${height / 2}h${24 - width}q-8 0 -8 -8v${16 - height}q0 -8 8 -8z` });
  }
  return svg("rect", { class: "frame", x, y, width, height, rx: node.kind === "outside" ? height / 2 : 7 });
}

function boxed({ x, y, width, height }) {
  return [
    svg("rect", { class: "frame", x, y, width, height, rx: 12 }),
    svg("text", { class: "name" }), svg("text", { class: "under" }),
  ];
}
