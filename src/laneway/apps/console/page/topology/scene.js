// What is drawn of a graph: nodes, boxes of namespaces, edges between what stands for their ends.
//
// Comes in: the graph as the server lays it out and the names of folded namespaces. Goes out: items
// with their places, and edges; those that meet in a folded box are summed, those within it are
// counted. No element is made here, and nothing that traffic changes is kept here.

import { arranged } from "./arrange.js";

const SIZE = { width: 176, height: 44 };

/** The id of what stands for a folded namespace. */
export const boxId = (name) => `namespace:${name}`;

/** Work out what is drawn. */
export function sceneOf(graph, folded) {
  const size = graph.nodeSize ?? SIZE;
  const items = new Map();
  const standsFor = new Map();
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const { spaces, loose, size: whole } = arranged(graph, folded, size);
  const moved = new Map();
  for (const space of spaces) {
    for (const id of space.nodes) moved.set(id, space);
    if (!space.isFolded) continue;
    const box = boxOf(space, space.nodes.map((id) => nodes.get(id)).filter(Boolean));
    items.set(box.id, box);
    for (const id of space.nodes) standsFor.set(id, box.id);
  }
  for (const node of graph.nodes) {
    if (standsFor.has(node.id)) continue;
    standsFor.set(node.id, node.id);
    const { dx, dy } = moved.get(node.id) ?? { dx: 0, dy: 0 };
    const { x, y } = loose.get(node.id) ?? { x: node.x + dx, y: node.y + dy };
    items.set(node.id, { id: node.id, kind: "node", x, y, ...size, node });
  }
  const edges = summed(graph.edges, standsFor, items);
  const scene = { graph, items, spaces, standsFor, edges, nodes, size: whole, ...joined(edges) };
  setPorts(scene);
  return scene;
}

function boxOf(space, nodes) {
  const { x, y, width, height } = space;
  return {
    id: boxId(space.name), kind: "box", x, y, width, height, name: space.name, nodes: space.nodes, inside: [],
    services: new Set(nodes.map((one) => one.name)).size,
    lanes: new Set(nodes.map((one) => one.lane).filter((one) => one !== null)).size,
    pods: nodes.reduce((sum, one) => sum + one.pods, 0),
  };
}

function summed(edges, standsFor, items) {
  const found = new Map(), several = new Map();
  for (const edge of edges) {
    const from = standsFor.get(edge.from), to = standsFor.get(edge.to);
    if (!from || !to) continue;
    if (from === to && items.get(from).kind === "box") {
      items.get(from).inside.push(edge.id);
      continue;
    }
    const isPlain = from === edge.from && to === edge.to;
    const id = isPlain ? edge.id : `${from}>${to}:${edge.kind}`;
    const sum = found.get(id);
    if (!sum) {
      found.set(id, { id, from, to, kind: edge.kind, what: edge.what, lanes: edge.lanes, parts: [edge.id], answers: items.get(to).node?.lane ?? null });
      continue;
    }
    sum.parts.push(edge.id);
    several.set(sum, several.get(sum) ?? new Set(sum.lanes));
    for (const lane of edge.lanes) several.get(sum).add(lane);
  }
  for (const [edge, lanes] of several) Object.assign(edge, { lanes: [...lanes], what: `${edge.parts.length} calls` });
  return [...found.values()];
}

/** Edges that were seen and no plan has, between what stands for their ends. */
export function seenEdges(scene, traffic) {
  const found = new Map();
  for (const one of traffic?.seen ?? []) {
    const from = scene.standsFor.get(one.from), to = scene.standsFor.get(one.to);
    if (!from || !to) continue;
    const kind = one.leak ? "leak" : "unplanned";
    const id = from === one.from && to === one.to ? one.id : `${from}>${to}:${kind}`;
    const lanes = Object.keys(one.lanes ?? {}).filter((name) => name !== "");
    const sum = found.get(id) ?? { id, from, to, kind, what: kind === "leak" ? "the plan lets nobody here answer" : "no plan has this call", lanes: [], parts: [], seen: [], out: 0, in: 0 };
    sum.lanes = [...new Set([...sum.lanes, ...lanes])];
    sum.parts.push(one.id);
    sum.seen.push(one);
    found.set(id, sum);
  }
  return [...found.values()];
}

/** Edges by the item they leave and by the one they reach. */
export function joined(edges) {
  const leaving = new Map(), reaching = new Map();
  for (const edge of edges) {
    push(leaving, edge.from, edge);
    push(reaching, edge.to, edge);
  }
  return { leaving, reaching };
}

function push(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Have edges leave and reach their items side by side, in the order in which the others stand. */
function setPorts({ items, leaving, reaching }) {
  const middles = new Map([...items.values()].map(({ id, y, height }) => [id, y + height / 2]));
  for (const [map, far, port] of [[leaving, "to", "out"], [reaching, "from", "in"]]) {
    for (const [id, edges] of map) {
      if (edges.length > 1) edges.sort((one, other) => middles.get(one[far]) - middles.get(other[far]) || (one.id < other.id ? -1 : 1));
      const step = Math.min(7, (items.get(id).height - 16) / Math.max(1, edges.length - 1));
      edges.forEach((edge, at) => { edge[port] = (at - (edges.length - 1) / 2) * step; });
    }
  }
}

/** What stands out where something is picked: ids of items and of edges, or null for all. */
export function standingOut(scene, edges, pick) {
  if (!pick) return null;
  const isOn = {
    lane: (edge) => edge.lanes.includes(pick.name) || (edge.kind === "leak" && scene.items.get(edge.to).node?.lane === pick.name),
    node: (edge) => edge.from === pick.id || edge.to === pick.id,
    edge: (edge) => edge.id === pick.id,
  }[pick.kind];
  const found = edges.filter(isOn);
  const items = new Set(found.flatMap((edge) => [edge.from, edge.to]));
  if (pick.kind === "node") items.add(pick.id);
  if (pick.kind === "lane") {
    for (const node of scene.graph.nodes) if (node.lane === pick.name) items.add(scene.standsFor.get(node.id));
  }
  return { items, edges: new Set(found.map((edge) => edge.id)) };
}

/** Ids of the items in which a text is found: by name, lane, namespace, host or label. */
export function matching(scene, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  const found = new Map();
  for (const node of scene.nodes.values()) {
    const words = [node.name, node.lane ?? "", node.namespace, node.host, ...Object.entries(node.labels ?? {}).map(([key, value]) => `${key}=${value}`)];
    if (!words.some((word) => word.toLowerCase().includes(wanted))) continue;
    const id = scene.standsFor.get(node.id);
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}
