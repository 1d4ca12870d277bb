// By what lanes are told apart: a color of eight and a pattern of seven, 56 pairs and none by hue
// alone. On edges the pattern is beads on a thin rail, so that no lane's line looks broken as a
// stand-in's does; a long edge has them near its ends alone, since each bead costs. On nodes it is a
// hatch. The colors are in topology.css, for light and dark.

import { svg } from "./elements.js";
import { ends, pathText } from "./geometry.js";

/** Beads on the rail, by pattern; the first is a line throughout. */
export const BEADS = ["", "9 5", "2 5", "13 4 2 4", "5 3", "18 6", "9 3 2 3 2 3"];

const HATCHES = [
  [],
  ["M-1 7L7 -1M-1 1L1 -1M5 7L7 5"],
  ["M-1 -1L7 7M5 -1L7 1M-1 5L1 7"],
  ["M0 1.5H6M0 4.5H6"],
  ["M1.5 0V6M4.5 0V6"],
  ["M3 2.99V3.01"],
  ["M0 3H6M3 0V6"],
];

/** The hatches of one drawing, whose ids begin with its own word. */
export function hatches(word) {
  return svg("defs", {}, ...HATCHES.slice(1).map(([path], at) => svg(
    "pattern",
    { id: `${word}-hatch-${at + 1}`, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
    svg("path", { d: path, class: at + 1 === 5 ? "hatch dot" : "hatch" }),
  )));
}

/** The classes of a lane's color. */
export const colorOf = (mark) => (mark ? `lane-color-${mark.color % 8}` : "lane-none");

/** A strip in a lane's color and hatch. */
export function strip(word, mark, attributes) {
  if (!mark) return [];
  const made = [svg("rect", { ...attributes, class: `strip ${colorOf(mark)}` })];
  if (mark.pattern % 7) made.push(svg("rect", { ...attributes, class: "strip-hatch", fill: `url(#${word}-hatch-${mark.pattern % 7})` }));
  return made;
}

/** The lines of an edge along one path: a lane's, those of up to three beside each other, or a bundle. */
export function lines(curve, edge, marks) {
  const path = pathText(curve);
  if (edge.kind === "leak" || edge.kind === "unplanned") return [svg("path", { d: path, class: "line" })];
  const found = edge.lanes.map((name) => marks.get(name)).filter(Boolean);
  if (found.length === 0) return [svg("path", { d: path, class: "line" })];
  if (found.length > 3) return [svg("path", { d: path, class: `line bundle ${colorOf(bundled(edge, marks))}` })];
  return found.flatMap((mark, at) => {
    const shift = (at - (found.length - 1) / 2) * 3.5, color = colorOf(mark);
    const beads = edge.kind === "fallback" ? "" : BEADS[mark.pattern % 7];
    const whole = (name) => svg("path", { d: pathText(curve, shift), class: `${name} ${color}` });
    if (!beads) return [whole("line")];
    return [whole("rail"), ...ends(curve).map((part) => svg("path", { d: pathText(part, shift), class: `line ${color}`, "stroke-dasharray": beads }))];
  });
}

/** The lane whose color a bundle has: that of the pods that answer, if it is one of them. */
const bundled = (edge, marks) => (edge.lanes.includes(edge.answers) ? marks.get(edge.answers) : undefined);

const ARROWS = {
  route: [[-1, -4.5], [8, 0], [-1, 4.5]],
  fallback: [[0, -4.5], [7.5, 0], [0, 4.5]],
  leak: [[-3, -7], [8, 0], [-3, 7]],
  unplanned: [[0, -4], [8, 0], [0, 4]],
};

/** The outline of an arrow whose foot is at a point, as a path. */
export function arrowPath(kind, x, y, angle) {
  const turned = ARROWS[kind].map(([far, side]) => (angle === 180 ? `${x - far} ${y - side}` : `${x + far} ${y + side}`));
  return `M${turned.join("L")}${kind === "unplanned" ? "" : "Z"}`;
}

/** The arrow at the end of an edge: full, hollow for a stand-in, large for a leak. */
export function arrow(edge, { points, angle }, marks) {
  const only = edge.lanes.length === 1 ? marks.get(edge.lanes[0]) : bundled(edge, marks);
  const mark = edge.kind === "leak" ? null : only;
  return svg("path", { d: arrowPath(edge.kind, points[6], points[7], angle), class: `arrow ${mark ? colorOf(mark) : ""}` });
}

/** What a lane looks like, for lists: a line with its beads and a hatched strip. */
export function swatch(word, mark) {
  const line = { lanes: [mark.name], kind: "route" };
  return svg(
    "svg", { class: "topology-swatch", width: 40, height: 14, viewBox: "0 0 40 14", "aria-hidden": "true" },
    ...strip(word, mark, { x: 0.5, y: 0.5, width: 13, height: 13, rx: 3 }),
    ...lines({ points: [18, 7, 25, 7, 32, 7, 39, 7] }, line, new Map([[mark.name, mark]])),
  );
}
