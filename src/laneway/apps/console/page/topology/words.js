// Numbers of requests as people read them, and what is said of an edge: one place, so that the
// picture, the table and the spoken text never differ. What is not known is "?", never 0.

export const UNKNOWN = "?";
const NONE = "–"; // of no requests no share and no time

/** Requests a second: 0, 0.4, 12, 1.2k. */
export function rateText(rate) {
  if (rate === null) return UNKNOWN;
  if (rate === 0) return "0";
  if (rate < 0.05) return "<0.1";
  if (rate < 9.95) return rate.toFixed(1);
  if (rate < 999.5) return String(Math.round(rate));
  return `${(rate / 1000).toFixed(rate < 9950 ? 1 : 0)}k`;
}

/** A share of errors, from 0 to 1, in percent. */
export function shareText(share) {
  if (share === null) return UNKNOWN;
  if (share === 0) return "0%";
  if (share < 0.001) return "<0.1%";
  return `${share < 0.0995 ? (share * 100).toFixed(1) : Math.round(share * 100)}%`;
}

/** A latency in milliseconds. */
export function latencyText(milliseconds) {
  if (milliseconds === null) return UNKNOWN;
  if (milliseconds < 1) return "<1 ms";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

const NOTHING = { rate: null, errors: null, p95: null, isSummed: false };
const NO_REQUEST = { rate: 0, errors: 0, p95: null, isSummed: false };

/**
 * What is known of an edge of the picture: {rate, errors, p95}, each null where it is not.
 * Where somebody counted, an edge without an entry had no request; where nobody did, or not all who
 * send over it told, nothing is known. Of one lane of several only the rate is told apart. Of summed
 * edges p95 is the highest.
 */
export function told(edge, traffic, lane) {
  if (!traffic?.known) return NOTHING;
  traffic.unknown ??= new Set(traffic.untold);
  if (edge.parts?.some((id) => traffic.unknown.has(id))) return NOTHING;
  const found = edge.seen ?? edge.parts.map((id) => traffic.edges[id]).filter(Boolean);
  if (lane !== null && edge.lanes.length > 1) {
    return { ...NOTHING, rate: found.reduce((sum, one) => sum + (one.lanes[lane] ?? 0), 0) };
  }
  if (!found.length) return NO_REQUEST;
  if (found.length === 1) return { rate: found[0].rate, errors: found[0].rate > 0 ? found[0].errors : 0, p95: found[0].p95, isSummed: false };
  const rate = found.reduce((sum, one) => sum + one.rate, 0);
  const failed = found.reduce((sum, one) => sum + one.rate * one.errors, 0);
  const latencies = found.map((one) => one.p95).filter((one) => one !== null);
  return {
    rate,
    errors: rate > 0 ? failed / rate : 0,
    p95: latencies.length ? Math.max(...latencies) : null,
    isSummed: true,
  };
}

/** The three numbers in words: what the table's cells hold, and the picture's label. */
export function numbers(one) {
  if (one.rate === 0) return { rate: rateText(0), errors: NONE, p95: NONE };
  return {
    rate: rateText(one.rate),
    errors: shareText(one.errors),
    p95: one.p95 === null ? UNKNOWN : (one.isSummed ? "≤ " : "") + latencyText(one.p95),
  };
}

export const KINDS = { route: "planned", fallback: "stand-in", leak: "leak", unplanned: "not planned" };

/** A count and its noun. */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** What is said of an edge. */
export function edgeWords(edge, names, one) {
  const lanes = edge.lanes.length ? `, ${edge.lanes.length > 3 ? count(edge.lanes.length, "lane") : `lane ${edge.lanes.join(", ")}`}` : "";
  const { rate, errors, p95 } = numbers(one);
  const told = one.rate === null ? "rate unknown" : one.rate === 0 ? "no requests" : `${rate} requests a second${one.errors === null ? "" : `, ${errors} errors`}${one.p95 === null ? "" : `, 95 % within ${p95}`}`;
  return `${names(edge.from)} to ${names(edge.to)}: ${KINDS[edge.kind]}${lanes}, ${told}`;
}

/** How many pods a node has, and how many are ready. */
export function podsText(node) {
  if (node.kind !== "version" && !node.pods) return "";
  if (node.ready === null) return count(node.pods, "pod");
  return node.ready === node.pods ? count(node.pods, "pod") : `${node.ready} of ${node.pods} ready`;
}

/** The second line of a node. */
export function underName(node) {
  const who = node.lane ?? { gateway: "gateway", outside: "outside", version: "no lane" }[node.kind];
  const pods = podsText(node);
  return pods ? `${who} · ${pods}` : who;
}

/** What is said of a node. */
export function nodeWords(node, callers, called) {
  const what = { gateway: "gateway", outside: "program outside lanes", version: node.lane === null ? "in no lane" : `lane ${node.lane}` }[node.kind];
  return `${node.name}, ${what}, namespace ${node.namespace}, ${podsText(node) || "no pods known"}, ${count(callers, "caller")}, calls ${called}`;
}

/** What is said of a folded namespace. */
export function boxWords(box) {
  return [count(box.nodes.length, "version"), count(box.services, "service"), count(box.lanes, "lane")].join(", ");
}
