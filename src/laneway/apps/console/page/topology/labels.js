// The words beside edges: where there is room for them at the present scale, and no others.
//
// Comes in: edges in the picture and what is known of each. Goes out: labels that lie over no node
// and no other label. A leak always has its sign, at every scale; an edge that fails has one when
// it can. Labels are as large as text is, however large the picture.

import { svg, write } from "./elements.js";
import { pointAt, Room } from "./geometry.js";
import { numbers } from "./words.js";

const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
const SIZES = { full: [92, 29], tall: [52, 42], rate: [46, 17], share: [46, 17], sign: [22, 20] };
const NEXT = { full: "tall", tall: "rate" };
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

  constructor(layer) { this.layer = layer; }

  /** Take all away. */
  clear() {
    this.#placed.clear();
    this.layer.replaceChildren();
  }

  /** Find a place for each label; the first in `edges` come first. */
  place({ edges, curves, items, titles, k, level, told, isPicked }) {
    const room = new Room(), made = [];
    for (const item of items) room.block(scaled(item, k));
    for (const { x, y, name } of titles) room.block({ x: x * k, y: y * k, width: 30 + name.length * 8, height: 24 });
    this.clear();
    for (const edge of edges) {
      const one = told(edge);
      let said = saidOf(edge, one, level, isPicked);
      let at = said && this.#find(curves.get(edge.id), k, SIZES[said], room);
      while (!at && NEXT[said] && edge.kind !== "leak") at = this.#find(curves.get(edge.id), k, SIZES[said = NEXT[said]], room);
      if (!at && edge.kind === "leak") at = forced(curves.get(edge.id), k, room, said = "sign");
      if (at) made.push(this.#label(edge, said, at, k));
    }
    this.layer.append(...made);
    this.write(told);
  }

  /** Write what is known now. */
  write(told) {
    for (const { edge, said, lines, element } of this.#placed.values()) {
      const one = told(edge);
      element.classList.toggle("failing", one.errors > 0);
      element.classList.toggle("unknown", one.rate === null);
      texts(said, one).forEach((text, at) => write(lines[at], text));
    }
  }

  #find(curve, k, [width, height], room) {
    for (const t of PLACES) {
      const [x, y] = pointAt(curve, t).map((one) => one * k);
      if (room.take({ x: x - width / 2, y: y - height / 2, width, height })) return [x, y];
    }
    return null;
  }

  #label(edge, said, [x, y], k) {
    const [width, height] = SIZES[said], isLeak = edge.kind === "leak";
    const at = (dx, dy) => ({ x: (x + dx) / k, y: (y + dy) / k });
    const element = svg(
      "g", { class: `label ${edge.kind} ${said}`, "data-id": edge.id, "data-said": said },
      svg("rect", { ...at(-width / 2, -height / 2), width: width / k, height: height / k, rx: 5 / k, "stroke-width": 1.5 / k }),
    );
    const lines = LINES[said].map((dy, line) => svg("text", { class: line ? "more" : "rate", ...at(isLeak ? 8 : 0, dy), "font-size": (line ? SMALL : TEXT) / k }));
    if (isLeak) element.append(leakSign(x + (said === "full" ? 9 - width / 2 : 0), y, k));
    element.append(...lines);
    this.#placed.set(edge.id, { edge, said, lines, element });
    return element;
  }
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

function forced(curve, k, room, said) {
  const [width, height] = SIZES[said], [x, y] = pointAt(curve, 0.5).map((one) => one * k);
  room.block({ x: x - width / 2, y: y - height / 2, width, height });
  return [x, y];
}

const scaled = ({ x, y, width, height }, k) => ({ x: x * k, y: y * k, width: width * k, height: height * k });
