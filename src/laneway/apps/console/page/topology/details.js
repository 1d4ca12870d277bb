// What is picked, in words: a node with its callers and whom it calls, an edge lane by lane, a lane.
//
// Comes in: the pick and what answers questions about the picture. Goes out: a panel of plain HTML
// in which every name is a button that picks it. Numbers are written anew each second.

import { button, html, write } from "./elements.js";
import { boxWords, count, KINDS, numbers, podsText, rateText } from "./words.js";

const WIDE = 40; // names that a list shows; the table has all

export class Details {
  #written = [];

  constructor({ names, told, picked, fold }) {
    Object.assign(this, { names, told, picked, fold });
    this.element = html("aside", { class: "topology-details", "aria-label": "What is picked", hidden: true });
  }

  /** Show what is picked, or nothing. */
  show(pick, { scene, edges, marks }) {
    this.#written = [];
    const parts = pick && { node: () => this.#item(scene, edges, pick.id), edge: () => this.#edge(edges, pick.id), lane: () => this.#lane(edges, marks, pick.name) }[pick.kind]();
    this.element.hidden = !parts;
    if (!parts) return void this.element.replaceChildren();
    const close = button("×", () => this.picked(null), { class: "small", "aria-label": "Pick nothing", title: "Pick nothing (Escape)" });
    this.element.replaceChildren(html("div", { class: "row spread" }, html("h3", {}, parts.title), close), ...parts.rest.filter(Boolean));
    this.write();
  }

  /** Write what is known now. */
  write() {
    for (const one of this.#written) one();
  }

  #item(scene, edges, id) {
    const item = scene.items.get(id);
    const callers = edges.filter((one) => one.to === id), called = edges.filter((one) => one.from === id);
    const lists = [this.#list("Called by", callers, "from"), this.#list("Calls", called, "to")];
    if (item.kind === "box") {
      const unfold = button("Unfold", () => this.fold(item.name, false), { class: "small" });
      return { title: item.name, rest: [html("p", { class: "quiet" }, `${boxWords(item)}, ${count(item.inside.length, "call")} within`), html("p", {}, unfold), ...lists] };
    }
    const { node } = item;
    const labels = Object.entries(node.labels ?? {}).map(([key, value]) => `${key}=${value}`).join(", ");
    const facts = [["Lane", node.lane ?? "none"], ["Namespace", node.namespace], ["Host", node.host], ["Pods", podsText(node)], ["Labels", labels]];
    return { title: node.name, rest: [listed(facts), ...lists] };
  }

  #edge(edges, id) {
    const edge = edges.find((one) => one.id === id);
    const cells = ["Requests/s", "Errors", "95 % within"].map((name) => [name, html("span")]);
    this.#written.push(() => {
      const { rate, errors, p95 } = numbers(this.told(edge, null));
      [rate, errors, p95].forEach((text, at) => write(cells[at][1], text));
    });
    const lanes = edge.lanes.length < 2 ? [] : [html("h4", {}, "By lane"), html("ul", {}, ...edge.lanes.slice(0, WIDE).map((lane) => this.#share(edge, lane)))];
    return {
      title: `${this.names(edge.from)} → ${this.names(edge.to)}`,
      rest: [listed([["Kind", KINDS[edge.kind]], ["Why", edge.what], ["Lanes", edge.lanes.length > 1 ? String(edge.lanes.length) : edge.lanes[0] ?? "none"], ...cells]), ...lanes],
    };
  }

  #share(edge, lane) {
    const rate = html("span", { class: "topology-rate" });
    this.#written.push(() => write(rate, `${rateText(this.told(edge, lane).rate)}/s`));
    return html("li", {}, button(lane, () => this.picked({ kind: "lane", name: lane }), { class: "topology-name" }), rate);
  }

  #lane(edges, marks, name) {
    const own = edges.filter((one) => one.lanes.includes(name));
    const borrowed = own.filter((one) => one.kind === "fallback");
    const leaks = own.filter((one) => one.kind === "leak");
    const facts = [["Group", marks.get(name)?.group], ["Calls", String(own.length)], ["By stand-ins", String(borrowed.length)], ["Leaks", String(leaks.length)]];
    return { title: `Lane ${name}`, rest: [listed(facts), this.#calls("Answered by stand-ins", borrowed), this.#calls("Leaks", leaks)] };
  }

  #calls(title, edges) {
    if (!edges.length) return null;
    return html("div", {}, html("h4", {}, title), html("ul", {}, ...edges.slice(0, WIDE).map((edge) => html("li", {},
      button(`${this.names(edge.from)} → ${this.names(edge.to)}`, () => this.picked({ kind: "edge", id: edge.id }), { class: "topology-name" })))));
  }

  #list(title, edges, end) {
    const lines = edges.slice(0, WIDE).map((edge) => {
      const rate = html("span", { class: "topology-rate" });
      this.#written.push(() => {
        const { rate: known, errors } = this.told(edge);
        write(rate, `${rateText(known)}${known === null ? "" : "/s"}${errors > 0 ? " ✕" : ""}`);
      });
      const kind = edge.kind === "route" ? null : html("span", { class: `topology-kind ${edge.kind}` }, edge.kind === "leak" ? "⚠ leak" : KINDS[edge.kind]);
      return html("li", {}, button(this.names(edge[end]), () => this.picked({ kind: "node", id: edge[end] }), { class: "topology-name" }), kind, rate);
    });
    if (edges.length > WIDE) lines.push(html("li", { class: "quiet" }, `and ${edges.length - WIDE} more, in the table`));
    return html("div", {}, html("h4", {}, `${title} (${edges.length})`), html("ul", {}, ...lines));
  }
}

function listed(facts) {
  const rows = facts.filter(([, value]) => value).flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]);
  return html("dl", {}, ...rows);
}
