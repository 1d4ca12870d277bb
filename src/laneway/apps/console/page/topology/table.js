// The picture as a table: the same edges, the same words, a page at a time.
//
// Comes in: the edges of the picture that stand out, and what is known of each. Goes out: rows with
// caller, called, lanes, kind and the three numbers. It is drawn only while it is open.

import { button, html, write } from "./elements.js";
import { count, KINDS, numbers } from "./words.js";

const ROWS = 100;
const HEADS = ["From", "To", "Lanes", "Kind", "Requests/s", "Errors", "95 % within"];
let tables = 0;

export class Table {
  #rows = new Map();
  #edges = [];
  #page = 0;
  isOpen = false;

  constructor({ names, told, picked }) {
    Object.assign(this, { names, told, picked });
    const id = `topology-table-${++tables}`;
    this.body = html("tbody");
    this.caption = html("caption", { id });
    const heads = HEADS.map((one, at) => html("th", { scope: "col", class: at > 3 ? "number" : null }, one));
    this.back = button("Previous", () => this.#turn(-1), { class: "small" });
    this.next = button("Next", () => this.#turn(1), { class: "small" });
    this.turning = html("div", { class: "row topology-turning" }, this.back, this.next);
    this.element = html(
      "div", { class: "topology-table", hidden: true },
      html("div", { class: "wide", tabindex: 0, role: "region", "aria-labelledby": id },
        html("table", {}, this.caption, html("thead", {}, html("tr", {}, ...heads)), this.body)),
      this.turning,
    );
  }

  /** Open or close it. */
  open(isOpen) {
    this.isOpen = isOpen;
    this.element.hidden = !isOpen;
    this.#draw();
  }

  /** Show these edges. */
  show(edges) {
    this.#edges = edges;
    this.#page = Math.min(this.#page, Math.max(0, Math.ceil(edges.length / ROWS) - 1));
    this.#draw();
  }

  /** Write what is known now. */
  write() {
    if (!this.isOpen) return;
    for (const { edge, cells } of this.#rows.values()) {
      const { rate, errors, p95 } = numbers(this.told(edge));
      [rate, errors, p95].forEach((text, at) => write(cells[at], text));
    }
  }

  #turn(by) {
    this.#page += by;
    this.#draw();
  }

  #draw() {
    this.#rows.clear();
    if (!this.isOpen) return void this.body.replaceChildren();
    const from = this.#page * ROWS, shown = this.#edges.slice(from, from + ROWS);
    this.body.replaceChildren(...shown.map((edge) => this.#row(edge)));
    const of = this.#edges.length > ROWS ? `, ${from + 1} to ${from + shown.length}` : "";
    write(this.caption, `${count(this.#edges.length, "call")}${of}`);
    this.turning.hidden = this.#edges.length <= ROWS;
    this.back.disabled = this.#page === 0;
    this.next.disabled = from + ROWS >= this.#edges.length;
    this.write();
  }

  #row(edge) {
    const cells = [0, 1, 2].map(() => html("td", { class: "number" }));
    const kind = edge.kind === "leak" ? html("strong", { class: "topology-leak-words" }, "⚠ leak") : KINDS[edge.kind];
    const from = button(this.names(edge.from), () => this.picked({ kind: "edge", id: edge.id }), { class: "topology-name" });
    const row = html(
      "tr", { "data-id": edge.id, class: edge.kind },
      html("th", { scope: "row" }, from), html("td", {}, this.names(edge.to)),
      html("td", {}, edge.lanes.join(", ") || "none"), html("td", { title: edge.what }, kind), ...cells,
    );
    this.#rows.set(edge.id, { edge, cells });
    return row;
  }
}
