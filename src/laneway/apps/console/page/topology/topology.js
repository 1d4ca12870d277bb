// The topology in the browser: an element and options come in, what pages ask of it goes out.
//
// Wires the parts: what is drawn (scene), how (drawing, labels), from where it is seen (camera), and
// the same in words (table, details, a live text). It holds what is folded, picked and searched; it
// knows nothing of lanes that the graph and the traffic do not say.
//
// options: picked(what), what being {kind: "lane", name}, {kind: "node" | "edge", id} or null;
// frame(second), a promise of the Traffic of that second, for the replay; download, the address of
// the picture as a file.

import { Camera } from "./camera.js";
import { Details } from "./details.js";
import { Drawing } from "./drawing.js";
import { html, write } from "./elements.js";
import { Labels } from "./labels.js";
import { Panel } from "./panel.js";
import { Replay } from "./replay.js";
import { matching, sceneOf } from "./scene.js";
import { Showing } from "./showing.js";
import { Table } from "./table.js";
import { firstOf, stepFrom } from "./walking.js";
import { count, edgeWords } from "./words.js";

const CROWD = 800; // nodes above which all namespaces are folded at first
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
let drawings = 0;

/** Show a topology in an element. */
export function showTopology(element, options = {}) {
  const topology = new Topology(element, options);
  return {
    graph: (graph) => topology.graph(graph),
    traffic: (traffic) => topology.traffic(traffic),
    select: (lane) => topology.pick(lane === null ? null : { kind: "lane", name: lane }),
    search: (text) => topology.search(text),
    collapse: (namespace, isFolded) => topology.fold([namespace], isFolded),
    fit: () => topology.camera.fit(),
    showTable: (isOpen = true) => topology.table(isOpen),
    svg: () => options.download ?? null,
    destroy: () => topology.destroy(),
  };
}

class Topology {
  #folded = new Set();
  #nextFound = 0;
  #now = null;
  #here = null;
  #refocus = null;
  #isThere = false;

  constructor(element, options) {
    this.options = options;
    const word = `topology${++drawings}`;
    const names = (id) => this.#names(id), picked = (what) => this.pick(what);
    const told = (...asked) => this.showing.told(...asked);
    this.drawing = new Drawing(word, { settled: () => this.#drawn() });
    const labels = new Labels(this.drawing.layers.labels);
    this.details = new Details({ names, told, picked, fold: (name, isFolded) => this.fold([name], isFolded) });
    this.list = new Table({ names, told, picked });
    this.panel = new Panel(word, this.#actions(), options);
    this.#build(element);
    this.camera = new Camera(this.stage, this.sheet, { rests: (isOther) => this.#rests(isOther) });
    this.showing = new Showing({ drawing: this.drawing, camera: this.camera, labels, list: this.list, details: this.details });
    this.resizing = new ResizeObserver(([stage]) => this.camera.resized(stage.contentRect));
    this.resizing.observe(this.stage);
  }

  #actions() {
    return {
      search: (text) => this.search(text),
      next: () => this.#goToFound(),
      table: () => this.table(!this.list.isOpen),
      zoom: (factor) => this.camera.zoom(factor, undefined, undefined, true),
      fit: () => this.camera.fit(),
      lane: (name) => this.pick(this.showing.lane() === name ? null : { kind: "lane", name }),
      fold: (name) => this.fold([name], !this.#folded.has(name)),
      foldAll: () => this.fold(this.scene.graph.namespaces.map((one) => one.name), this.#folded.size < this.scene.graph.namespaces.length),
    };
  }

  #build(element) {
    this.sheet = html("div", { class: "topology-sheet" }, this.drawing.svg, this.drawing.words);
    this.stage = html("div", {
      class: "topology-stage", tabindex: 0, role: "application",
      "aria-label": "Topology. Arrow keys move the picture; Enter goes to its first node, from which arrow keys follow calls.",
    }, this.sheet);
    this.note = html("p", { class: "topology-note", hidden: true }, "Calls are drawn from nearer; the table has all of them.");
    this.live = html("p", { class: "hidden", "aria-live": "polite" });
    const { frame } = this.options;
    this.replay = frame && new Replay({ frame, shows: (traffic) => this.#shows(traffic ?? this.#now), says: (words) => this.#say(words) });
    const main = html("div", { class: "topology-main" }, html("div", { class: "topology-view" }, this.stage, this.note, this.panel.zoom, this.details.element), this.replay?.element);
    this.root = html("div", { class: "topology" }, this.panel.bar, this.panel.side, main, this.list.element, this.live);
    this.stage.addEventListener("click", (event) => this.#clicked(event));
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
    this.stage.addEventListener("focusin", (event) => this.#focused(event));
    element.replaceChildren(this.root);
  }

  destroy() {
    this.replay?.end();
    this.camera.end();
    this.drawing.end();
    this.resizing.disconnect();
    this.root.remove();
  }

  graph(graph) {
    if (this.scene?.graph.id === graph.id) return;
    if (!this.scene && graph.nodes.length > CROWD) for (const one of graph.namespaces) this.#folded.add(one.name);
    this.marks = new Map(graph.lanes.map((one) => [one.name, one]));
    this.panel.show(graph);
    this.#redraw(graph);
  }

  traffic(traffic) {
    this.#now = traffic;
    this.replay?.reach(traffic.at);
    if (!this.replay || this.replay.second === null) this.#shows(traffic);
  }

  pick(what) {
    if (!this.scene) return;
    this.showing.pick = what?.kind === "lane" && !this.marks.has(what.name) ? null : what;
    this.#stress();
    this.options.picked?.(this.showing.pick);
    this.#say(this.showing.pick ? this.#pickWords(what) : "Nothing is picked.");
  }

  search(text) {
    if (this.panel.search.value !== text) this.panel.search.value = text;
    if (!this.scene) return;
    const found = this.showing.found = matching(this.scene, text);
    this.#nextFound = 0;
    this.#stress();
    if (found) this.#say(`${[...found.values()].reduce((sum, one) => sum + one, 0)} of ${this.scene.nodes.size} found.`);
  }

  fold(names, isFolded) {
    for (const name of names) {
      if (isFolded) this.#folded.add(name);
      else this.#folded.delete(name);
    }
    if (!this.scene) return;
    this.#redraw(this.scene.graph);
    this.#say(names.length === 1 ? `${names[0]} is ${isFolded ? "folded" : "unfolded"}.` : `All namespaces are ${isFolded ? "folded" : "unfolded"}.`);
  }

  table(isOpen) {
    this.list.open(isOpen);
    this.panel.table.setAttribute("aria-expanded", String(isOpen));
  }

  /** Work out and draw everything anew: another graph, or other namespaces are folded. */
  #redraw(graph) {
    const hadFocus = this.stage.contains(document.activeElement) && document.activeElement !== this.stage;
    this.scene = sceneOf(graph, this.#folded);
    this.showing.take(this.scene, this.marks, this.panel.search.value);
    this.#isThere = false;
    this.camera.measure(this.scene.size);
    if (this.camera.isOurs) this.camera.fit();
    this.drawing.begin(this.scene, this.marks);
    this.drawing.scale(this.camera.k, this.scene.size);
    this.camera.drawn();
    const here = this.scene.standsFor.get(this.#here) ?? this.#here;
    this.#here = this.scene.items.has(here) ? here : firstOf(this.scene);
    this.#refocus = hadFocus ? this.#here : null;
    this.drawing.fill(this.camera.seen(1));
  }

  /** Everything that has to be there is there. */
  #drawn() {
    this.#isThere = true;
    this.note.hidden = !this.drawing.isBare;
    this.drawing.seen(this.showing.seen);
    this.showing.name(this.#here);
    if (this.#refocus) this.drawing.nodes.get(this.#refocus)?.focus({ preventScroll: true });
    this.#refocus = null;
    this.#stress();
  }

  #stress() {
    this.panel.mark(this.showing.pick, this.#folded);
    if (this.#isThere) this.showing.stress();
  }

  #shows(traffic) {
    if (this.#isThere) this.showing.second(traffic);
    else this.showing.traffic = traffic;
  }

  #rests(isOtherScale) {
    if (!this.scene) return;
    if (isOtherScale) {
      this.drawing.scale(this.camera.k, this.scene.size);
      this.camera.drawn();
    }
    if (this.drawing.isLarge) this.drawing.fill(this.camera.seen(1));
    else if (this.#isThere) this.showing.label();
  }

  #focused({ target }) {
    const id = target.closest?.(".item")?.dataset.id;
    if (!id) return;
    this.drawing.nodes.get(this.#here)?.setAttribute("tabindex", -1);
    this.#here = id;
    target.setAttribute("tabindex", 0);
    this.stage.scrollTo(0, 0); // the browser scrolls to what has the focus; here the camera does
    this.camera.reveal(this.scene.items.get(id));
  }

  #goTo(id) {
    if (!id) return false;
    this.camera.reveal(this.scene.items.get(id));
    if (!this.drawing.nodes.has(id)) {
      this.#refocus = this.#here = id;
      this.drawing.fill(this.camera.seen(1));
    } else this.drawing.nodes.get(id).focus({ preventScroll: true });
    return true;
  }

  #goToFound() {
    const ids = this.showing.found && [...this.showing.found.keys()];
    if (!ids?.length) return;
    this.#goTo(ids[this.#nextFound++ % ids.length]);
  }

  #clicked({ target }) {
    const space = target.closest(".fold")?.dataset.space;
    if (space !== undefined) return this.fold([space], true);
    const id = target.closest(".item")?.dataset.id, edge = target.closest(".edge, .label")?.dataset.id;
    if (id) return this.#pickItem(id);
    return this.pick(edge ? { kind: "edge", id: edge } : null);
  }

  #pickItem(id) {
    this.pick(this.showing.pick?.id === id ? null : { kind: "node", id });
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && this.showing.pick) return void this.pick(null);
    if (!this.stage.contains(event.target) || !this.scene) return;
    const id = event.target.closest(".item")?.dataset.id;
    if (this.#act(event, id)) event.preventDefault();
  }

  #act({ key, shiftKey }, id) {
    const { camera } = this, item = id && this.scene.items.get(id);
    if (key === "+" || key === "=") return camera.zoom(1.3) ?? true;
    if (key === "-") return camera.zoom(1 / 1.3) ?? true;
    if (key === "0") return camera.fit() ?? true;
    if (key === "/") return this.panel.search.focus() ?? true;
    if (ARROWS[key] && (!id || shiftKey)) return camera.step(...ARROWS[key]) ?? true;
    if (ARROWS[key]) return this.#goTo(stepFrom(this.scene, this.showing.edges, id, key)) || true;
    if (key === "Enter" && !id) return this.#goTo(this.#here);
    if (key === "Enter" || key === " ") return (item.kind === "box" && this.showing.pick?.id === id ? this.fold([item.name], false) : this.#pickItem(id)) ?? true;
    return false;
  }

  #names(id) {
    const item = this.scene.items.get(id);
    if (!item) return id;
    if (item.kind === "box") return `${item.name} (folded)`;
    return item.node.lane === null ? item.node.name : `${item.node.name} · ${item.node.lane}`;
  }

  #pickWords(what) {
    if (what.kind === "lane") return `Lane ${what.name}: ${count(this.showing.edges.filter((one) => one.lanes.includes(what.name)).length, "call")}.`;
    if (what.kind === "node") return `${this.drawing.nodes.get(what.id)?.getAttribute("aria-label") ?? what.id} is picked.`;
    const edge = this.showing.edges.find((one) => one.id === what.id);
    return edge ? edgeWords(edge, (id) => this.#names(id), this.showing.told(edge)) : "";
  }

  #say(words) { write(this.live, words); }
}
