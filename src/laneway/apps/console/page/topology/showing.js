// What stands out in the picture, and the words in it: the pick, what was found, what is known now.
//
// Comes in: a scene, edges, traffic, a pick, a search. Goes out: classes on the drawing's elements,
// labels, rows of the table, the details. The drawing knows elements, this knows what they mean now.

import { meet } from "./geometry.js";
import { joined, matching, seenEdges, standingOut } from "./scene.js";
import { boxWords, nodeWords, told } from "./words.js";

const FAILING = 0.01;

/** How wide a line is for its rate; near a border it stays as it was, since lines cost to draw. */
function busyness(rate, was) {
  if (rate === null) return "unknown";
  if (rate === 0) return "none";
  const level = Math.min(3, Math.log10(rate + 1) * 1.5);
  return was && Math.abs(level - 0.5 - Number(was)) < 0.65 ? was : String(Math.floor(level));
}

export class Showing {
  scene = null;
  edges = [];
  seen = [];
  pick = null;
  found = null;
  traffic = null;
  #alarms = "";
  #from = "";
  #known = new Map(); // of edges, in this second and of this lane
  #knownOf = [];
  #looks = new WeakMap(); // of elements: what their classes say, since asking them costs
  #busy = new WeakMap();
  #colored = null;

  constructor(parts) { Object.assign(this, parts); }

  /** What is known of an edge: of the picked lane, or of the one that is named, or of all. */
  told = (edge, lane = this.lane()) => {
    if (lane !== this.lane()) return told(edge, this.traffic, lane);
    const of = [this.traffic, lane, this.scene];
    if (of.some((one, at) => one !== this.#knownOf[at])) [this.#known, this.#knownOf] = [new Map(), of];
    if (!this.#known.has(edge.id)) this.#known.set(edge.id, told(edge, this.traffic, lane));
    return this.#known.get(edge.id);
  };

  /** The name of the lane that is picked, or null. */
  lane() { return this.pick?.kind === "lane" ? this.pick.name : null; }

  /** Take another scene; a pick stays if there is still something that it means. */
  take(scene, marks, text) {
    Object.assign(this, { scene, marks, found: matching(scene, text) });
    this.gather();
  }

  /** Take what was seen beside the plan into the edges. */
  gather() {
    this.seen = seenEdges(this.scene, this.traffic);
    this.edges = [...this.scene.edges, ...this.seen];
    const { pick } = this;
    if (pick?.kind === "node" && !this.scene.items.has(pick.id)) {
      const id = this.scene.standsFor.get(pick.id);
      this.pick = id ? { kind: "node", id } : null;
    }
    if (pick?.kind === "edge" && !this.edges.some((one) => one.id === pick.id)) this.pick = null;
    if (pick?.kind === "lane" && !this.marks.has(pick.name)) this.pick = null;
  }

  /** Draw another second; what did not change is not touched. */
  second(traffic) {
    this.traffic = traffic;
    this.gather();
    if (this.drawing.seen(this.seen)) return void this.stress();
    this.#widths();
    const alarms = this.drawing.isSmall() ? this.edges.filter((one) => this.told(one).errors >= FAILING).map((one) => one.id).join() : "";
    if (alarms === this.#alarms && this.#from === this.camera.place) this.labels.write(this.told);
    else this.label();
    this.#alarms = alarms;
    this.list.write();
    this.details.write();
  }

  /** Have what is picked or found stand out, and the rest fade. */
  stress() {
    const on = standingOut(this.scene, this.edges, this.pick);
    const items = on?.items ?? this.found;
    this.drawing.svg.classList.toggle("fading", Boolean(items));
    for (const [id, element] of this.drawing.nodes) {
      const isPicked = this.pick?.id === id;
      if (this.#look(element, [items?.has(id) && "on", this.found?.has(id) && "found", isPicked && "picked"])) element.setAttribute("aria-pressed", String(isPicked));
    }
    for (const [id, element] of this.drawing.edges) this.#look(element, [on?.edges.has(id) && "on"]);
    this.#recolor();
    this.details.show(this.pick, this);
    this.list.show(this.#shown(on));
    this.#widths();
    this.labels.clear();
    this.label(on);
  }

  /** Have an element these classes and no others of a look; whether that is another look than before. */
  #look(element, classes) {
    const now = classes.filter(Boolean), was = this.#looks.get(element) ?? [];
    if (now.join() === was.join()) return false;
    element.classList.remove(...was);
    element.classList.add(...now);
    this.#looks.set(element, now);
    return true;
  }

  /** Draw the edges of a picked lane as its own alone, and all others as they are. */
  #recolor() {
    const lane = this.lane();
    if (lane === null && this.#colored === null) return;
    this.#colored = lane;
    for (const edge of this.edges) this.drawing.recolor(edge, lane !== null && edge.lanes.includes(lane) ? [lane] : edge.lanes);
  }

  /** Place the labels near the view, of edges that stand out: what fails and what is busy comes first. */
  label(on = standingOut(this.scene, this.edges, this.pick)) {
    const view = this.camera.seen(0.2);
    this.#from = this.camera.place;
    const edges = this.#shown(on).filter((edge) => this.drawing.edges.has(edge.id) && meet(this.drawing.around(edge), view));
    const weight = new Map(edges.map((edge) => {
      const { rate, errors } = this.told(edge);
      return [edge.id, (edge.kind === "leak" ? 1e12 : 0) + (errors > 0 ? 1e9 : 0) + (this.labels.has(edge.id) ? 1e6 : 0) + (rate ?? 0)];
    }));
    edges.sort((one, other) => weight.get(other.id) - weight.get(one.id));
    const items = [...this.drawing.nodes.keys()].map((id) => this.scene.items.get(id)).filter((item) => meet(item, view));
    const { curves, level, k } = this.drawing;
    const titles = this.scene.spaces.filter((one) => !one.isFolded);
    this.labels.place({ edges, curves, items, titles, k, level, told: this.told, isPicked: Boolean(on) });
  }

  /** Name each item for those who hear it; the one at `here` takes the Tab key. */
  name(here) {
    const { leaving, reaching } = joined(this.edges);
    for (const [id, element] of this.drawing.nodes) {
      const item = this.scene.items.get(id);
      element.setAttribute("tabindex", id === here ? 0 : -1);
      element.setAttribute("aria-label", item.kind === "box"
        ? `Namespace ${item.name}, folded: ${boxWords(item)}`
        : nodeWords(item.node, reaching.get(id)?.length ?? 0, leaving.get(id)?.length ?? 0));
    }
  }

  /** The edges that stand out: what the table has rows for. */
  #shown(on) {
    if (on) return this.edges.filter((edge) => on.edges.has(edge.id));
    if (!this.found) return this.edges;
    return this.edges.filter((edge) => this.found.has(edge.from) || this.found.has(edge.to));
  }

  #widths() {
    for (const edge of this.edges) {
      const element = this.drawing.edges.get(edge.id);
      if (!element) continue;
      const was = this.#busy.get(element), busy = busyness(this.told(edge).rate, was);
      if (was === busy) continue;
      element.dataset.busy = busy;
      this.#busy.set(element, busy);
    }
  }
}
