// What stands around the picture: search, lanes and namespaces to pick and fold, buttons, signs.
//
// Comes in: the graph's lanes and namespaces and what to do when one is pressed. Goes out: plain
// HTML with buttons that say what they do; it decides nothing.

import { button, html, svg, write } from "./elements.js";
import { arrowPath, swatch } from "./marks.js";

export class Panel {
  constructor(word, act, options) {
    Object.assign(this, { word, act });
    this.search = html("input", { type: "search", placeholder: "Search services, lanes, labels", "aria-label": "Search the topology", oninput: () => act.search(this.search.value), onkeydown: (event) => this.#found(event) });
    this.table = button("Table", () => act.table(), { "aria-expanded": "false" });
    const download = options.download && html("a", { class: "button", href: options.download, download: "topology.svg" }, "SVG");
    this.bar = html("div", { class: "topology-bar row" }, this.search, this.table, download);
    this.zoom = html(
      "div", { class: "topology-zoom", role: "group", "aria-label": "Zoom" },
      button("+", () => act.zoom(1.3), { "aria-label": "Larger", title: "Larger (+)" }),
      button("−", () => act.zoom(1 / 1.3), { "aria-label": "Smaller", title: "Smaller (−)" }),
      button("⤢", () => act.fit(), { "aria-label": "Show all", title: "Show all (0)" }),
    );
    this.lanes = html("ul", { class: "topology-lanes" });
    this.spaces = html("ul", { class: "topology-spaces" });
    this.foldAll = button("Fold all", () => act.foldAll(), { class: "small" });
    this.side = html(
      "div", { class: "topology-side" },
      html("section", { "aria-label": "Lanes" }, html("h3", {}, "Lanes"), this.lanes),
      html("section", { "aria-label": "Namespaces" }, html("div", { class: "row spread" }, html("h3", {}, "Namespaces"), this.foldAll), this.spaces),
      signs(),
    );
  }

  /** List the lanes and namespaces of a graph. */
  show(graph) {
    const groups = new Set(graph.lanes.map((one) => one.group));
    this.lanes.replaceChildren(...graph.lanes.map((lane) => html("li", {}, html(
      "button", { type: "button", "data-lane": lane.name, "aria-pressed": "false", onclick: () => this.act.lane(lane.name) },
      swatch(this.word, lane), html("span", { class: "topology-lane-name" }, lane.name), groups.size > 1 && html("span", { class: "quiet" }, lane.group),
    ))));
    if (!graph.lanes.length) this.lanes.replaceChildren(html("li", { class: "quiet" }, "There are no lanes."));
    this.spaces.replaceChildren(...graph.namespaces.map((space) => html("li", {}, html(
      "button", { type: "button", "data-space": space.name, "aria-expanded": "true", onclick: () => this.act.fold(space.name) },
      html("span", { class: "topology-lane-name" }, space.name), html("span", { class: "quiet" }, String(space.nodes.length)),
    ))));
  }

  /** Mark what is picked and what is folded. */
  mark(pick, folded) {
    for (const one of this.lanes.querySelectorAll("button")) one.setAttribute("aria-pressed", String(pick?.kind === "lane" && pick.name === one.dataset.lane));
    const spaces = [...this.spaces.querySelectorAll("button")];
    for (const one of spaces) one.setAttribute("aria-expanded", String(!folded.has(one.dataset.space)));
    write(this.foldAll, spaces.length && spaces.every((one) => folded.has(one.dataset.space)) ? "Unfold all" : "Fold all");
  }

  #found(event) {
    if (event.key === "Enter") this.act.next();
    if (event.key !== "Escape" || !this.search.value) return;
    event.stopPropagation();
    this.search.value = "";
    this.act.search("");
  }
}

function signs() {
  const sample = (kind) => svg("svg", { class: "topology-swatch", width: 40, height: 16, viewBox: "0 0 40 16", "aria-hidden": "true" },
    svg("g", { class: `edge ${kind}` }, svg("path", { class: "line", d: "M1 8H30" }), svg("path", { class: "arrow", d: arrowPath(kind, 30, 8, 0) })));
  const row = (picture, words) => html("li", {}, picture, words);
  return html("section", { "aria-label": "Signs", class: "topology-signs" }, html("h3", {}, "Signs"), html(
    "ul", {},
    row(sample("fallback"), "another lane stands in"),
    row(sample("leak"), "⚠ leak: outside the plan"),
    row(sample("unplanned"), "seen, in no plan"),
    row(html("span", { class: "topology-swatch" }, "?"), "rate not known"),
    row(html("span", { class: "topology-swatch" }, "✕"), "some requests fail"),
  ));
}
