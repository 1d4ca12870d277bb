// Where boxes stand once some are folded: what the server laid out, closed up.
//
// Comes in: a graph and the names of folded namespaces. Goes out: the rectangle of each namespace, by
// how far its nodes move, the places of nodes in none, and the size. Boxes stand in columns by the
// least depth of calls in them, in the order in which they stood; a column that is much too high is
// broken into several. With nothing folded all stays as it was laid out.

export const FOLDED = { width: 250, height: 84 };
const GAP = 28, ACROSS = 120, SHAPE = 1.7, LOOSE = 60;

/** Work out where everything stands. */
export function arranged(graph, folded, size) {
  const spaces = graph.namespaces.map((space) => ({ ...space, isFolded: folded.has(space.name), dx: 0, dy: 0 }));
  if (!spaces.some((one) => one.isFolded)) return { spaces, loose: new Map(), size: graph.size };
  const inside = new Set(graph.namespaces.flatMap((one) => one.nodes));
  const loose = graph.nodes.filter((one) => !inside.has(one.id)).sort((one, other) => one.y - other.y);
  const rectangles = spaces.map((one) => ({ space: one, ...(one.isFolded ? FOLDED : { width: one.width, height: one.height }) }));
  const columns = leveled(rectangles, new Map(graph.nodes.map((one) => [one.id, one.column])));
  const first = loose.map((node) => ({ node, width: size.width, height: size.height }));
  const tries = [1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 50, 1e6].map((high) => sheet(columns, first, high * (FOLDED.height + GAP)));
  const best = tries.reduce((one, other) => (off(other) < off(one) ? other : one));
  for (const { space, x, y, width, height } of best.placed.filter((one) => one.space)) {
    Object.assign(space, { dx: x - space.x, dy: y - space.y, x, y, width, height });
  }
  return { spaces, loose: new Map(best.placed.filter((one) => one.node).map((one) => [one.node.id, one])), size: best.size };
}

const off = ({ size }) => Math.abs(Math.log(size.width / size.height / SHAPE));

function leveled(rectangles, depth) {
  const found = new Map();
  for (const one of rectangles) {
    const level = one.space.nodes.reduce((least, id) => Math.min(least, depth.get(id) ?? least), 1e6);
    found.set(level, [...(found.get(level) ?? []), one]);
  }
  return [...found].sort(([one], [other]) => one - other).map(([, ones]) => ones.sort((a, b) => a.space.y - b.space.y || a.space.x - b.space.x));
}

function sheet(columns, first, highest) {
  const stacks = [...broken(first, highest, LOOSE - 44), ...columns.flatMap((one) => broken(one, highest, GAP))];
  const height = Math.max(...stacks.map((one) => one.height));
  const placed = [];
  let x = GAP;
  for (const stack of stacks) {
    let y = GAP + (height - stack.height) / 2;
    for (const one of stack.ones) {
      placed.push({ ...one, x: x + (stack.width - one.width) / 2, y });
      y += one.height + stack.gap;
    }
    x += stack.width + ACROSS;
  }
  return { placed, size: { width: x - ACROSS + GAP, height: height + 2 * GAP } };
}

/** Take a column apart where it is higher than it may be. */
function broken(ones, highest, gap) {
  const stacks = [];
  for (const one of ones) {
    const last = stacks.at(-1);
    if (last && last.height + gap + one.height <= highest) {
      last.ones.push(one);
      last.height += gap + one.height;
      last.width = Math.max(last.width, one.width);
    } else stacks.push({ ones: [one], height: one.height, width: one.width, gap });
  }
  return stacks;
}
