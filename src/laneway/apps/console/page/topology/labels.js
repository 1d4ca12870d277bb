// The words beside edges: where there is room for them at the present scale, and no others.
//
// Comes in: edges in the picture and what is known of each. Goes out: labels that lie over no node
// and no other label. A leak always has its sign, at every scale; an edge that fails has one when
// it can. Labels are as large as text is, however large the picture. One that is there keeps its
// place and its element as long as it can, and only what says something else is written.

import { svg } from "./elements.js";
import { pointAt, Room } from "./geometry.js";
import { numbers } from "./words.js";

const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
const SIZES = { full: [92, 29], tall: [52, 42], rate: [46, 17], share: [46, 17], sign: [22, 20] };
const SMALLER = { full: ["full", "tall", "rate"] };
const SMALL = 10, TEXT = 11; // CSS pixels on the screen
const LINES = { full: [-2.5, 10], tall: [-9, 4, 16], rate: [4], share: [4], sign: [] };
const FAILING = 0.01;

/** How much is said of an edge at a level of detail; nothing is null. */
function saidOf(edge, one, level, isOn) {
  if (edge.kind === "leak") return level === "near" ? "full" : "sign";
  if (level === "near") return "full";
  if (level === "middle" || (isOn && level === "far")) return "rate";
  return one.errors >= FAILING ? "share" : null;
}

export class Labels {
  #placed = new Map();
  #k = 0;

  constructor(layer) { this.layer = layer; }

  /** Take all away. */
  clear() {
    this.#placed.clear();
    this.layer.replaceChildren();
  }

  /** Whether an edge has a label. */
  has(id) { return this.#placed.has(id); }

  /** Find a place for each label; the first in `edges` come first. */
  place({ edges, curves, items, titles, k, level, told, isPicked }) {
    const room = new Room(), made = [];
    for (const item of items) room.block(scaled(item, k));
    for (const { x, y, name } of titles) room.block({ x: x * k, y: y * k, width: 30 + name.length * 8, height: 24 });
    if (k !== this.#k) this.clear();
    this.#k = k;
    const there = this.#placed;
    this.#placed = new Map();
    for (const edge of edges) {
      const wanted = saidOf(edge, told(edge), level, isPicked), curve = curves.get(edge.id), was = there.get(edge.id);
      const spot = wanted && this.#spot(edge, wanted, curve, was, room, k);
      if (!spot) continue;
      if (was?.spot === spot) {
        there.delete(edge.id);
        this.#placed.set(edge.id, Object.assign(was, { edge }));
      } else made.push(this.#label(edge, spot, curve, k));
    }
    for (const { element } of there.values()) element.remove();
    this.layer.append(...made);
    this.write(told);
  }

  /** Write what is known now, where it is another than before. */
  write(told) {
    for (const one of this.#placed.values()) {
      const now = told(one.edge), looks = now.rate === null ? "unknown" : now.errors > 0 ? "failing" : "";
      if (looks !== one.looks) {
        if (one.looks) one.element.classList.remove(one.looks);
        if (looks) one.element.classList.add(looks);
        one.looks = looks;
      }
      texts(one.spot.said, now).forEach((text, at) => {
        if (text !== one.texts[at]) one.lines[at].textContent = one.texts[at] = text;
      });
    }
  }

  /** Where a label is, and how much it says there; the very same as before where that is still free. */
  #spot(edge, wanted, curve, was, room, k) {
    const isLeak = edge.kind === "leak", sizes = (isLeak ? null : SMALLER[wanted]) ?? [wanted];
    const before = was?.curve === curve ? was.spot : null;
    if (before && sizes.includes(before.said) && room.take(rectangle(before))) return before;
    for (const said of sizes) {
      const at = find(curve, k, SIZES[said], room);
      if (at) return { said, at };
    }
    if (!isLeak) return null;
    const spot = before?.said === "sign" ? before : { said: "sign", at: pointAt(curve, 0.5).map((one) => one * k) };
    room.block(rectangle(spot));
    return spot;
  }

  #label(edge, spot, curve, k) {
    const { said, at: [x, y] } = spot, [width, height] = SIZES[said], isLeak = edge.kind === "leak";
    const at = (dx, dy) => ({ x: (x + dx) / k, y: (y + dy) / k });
    const element = svg(
      "g", { class: `label ${edge.kind} ${said}`, "data-id": edge.id, "data-said": said },
      svg("rect", { ...at(-width / 2, -height / 2), width: width / k, height: height / k, rx: 5 / k, "stroke-width": 1.5 / k }),
    );
    const lines = LINES[said].map((dy, line) => svg("text", { class: line ? "more" : "rate", ...at(isLeak ? 8 : 0, dy), "font-size": (line ? SMALL : TEXT) / k }));
    if (isLeak) element.append(leakSign(x + (said === "full" ? 9 - width / 2 : 0), y, k));
    element.append(...lines);
    this.#placed.set(edge.id, { edge, spot, curve, lines, element, looks: "", texts: lines.map(() => "") });
    return element;
  }
}

function find(curve, k, [width, height], room) {
  for (const t of PLACES) {
    const [x, y] = pointAt(curve, t).map((one) => one * k);
    if (room.take({ x: x - width / 2, y: y - height / 2, width, height })) return [x, y];
  }
  return null;
}

function rectangle({ said, at: [x, y] }) {
  const [width, height] = SIZES[said];
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** What the lines of a label say. */
function texts(said, one) {
  const { rate, errors, p95 } = numbers(one), fails = one.errors > 0 ? "✕ " : "";
  const first = one.rate === null ? rate : `${rate}/s`;
  const isQuiet = !one.rate || one.errors === null;
  if (said === "share") return [`${fails}${errors}`];
  if (said === "rate") return [fails ? `${first} ✕` : first];
  if (said === "full") return [first, isQuiet ? "" : `${fails}${errors} · ${p95}`];
  return said === "tall" ? [first, isQuiet ? "" : `${fails}${errors}`, isQuiet ? "" : p95] : [];
}

/** A triangle with a bar and a dot: what says "leak" without its color. */
function leakSign(x, y, k) {
  const path = (points) => `M${points.map(([dx, dy]) => `${(x + dx) / k} ${(y + dy) / k}`).join("L")}Z`;
  const parts = [[[0, -8.5], [9, 7.5], [-9, 7.5]], [[-1, -3.5], [-0.7, 2], [0.7, 2], [1, -3.5]], [[-1, 3.6], [-1, 5.6], [1, 5.6], [1, 3.6]]];
  return svg("path", { class: "leak-sign", "fill-rule": "evenodd", d: parts.map(path).join("") });
}

const scaled = ({ x, y, width, height }, k) => ({ x: x * k, y: y * k, width: width * k, height: height * k });
