// Curves between rectangles: two items come in, a cubic and the direction of its arrow go out.
//
// Calls lead to the right, so a curve leaves at the right edge and arrives at the left one; what
// calls back or in its own column takes the other edges, and what goes far along a row bows.

const ARROW = 8, LONG = 200, ROW = 40, BOW = 48, END = 160;

/** The curve of an edge: four points and the angle at which it arrives, in degrees. */
export function curve(edge, items) {
  const a = items.get(edge.from), b = items.get(edge.to);
  const out = edge.out ?? 0, into = edge.in ?? 0;
  if (a === b) return own(a);
  if (b.x >= a.x + a.width) return across(a.x + a.width, level(a, b, out), b.x, level(b, a, into), 1);
  if (b.x + b.width <= a.x) return across(a.x, level(a, b, out), b.x + b.width, level(b, a, into), -1);
  return beside(a, b, out, into);
}

/** The height at which a line leaves: the middle, or of a tall box where the other one is. */
function level(item, other, port) {
  const middle = item.y + item.height / 2;
  if (item.height < 100) return middle + port;
  return Math.min(item.y + item.height - 22, Math.max(item.y + 22, other.y + other.height / 2)) + port / 2;
}

function across(x0, y0, x3, y3, way) {
  const reach = Math.max(26, Math.min(130, Math.abs(x3 - x0) / 2));
  const end = x3 - way * ARROW;
  const bow = Math.abs(x3 - x0) > LONG && Math.abs(y3 - y0) < ROW ? -BOW : 0; // over what stands between
  return { points: [x0, y0, x0 + way * reach, y0 + bow, end - way * reach, y3 + bow, end, y3], angle: way > 0 ? 0 : 180 };
}

function beside(a, b, out, into) {
  const x = a.x + a.width, y0 = a.y + a.height / 2 + out, y3 = b.y + b.height / 2 + into;
  const bulge = 34 + Math.min(40, Math.abs(y3 - y0) * 0.1);
  return { points: [x, y0, x + bulge, y0, b.x + b.width + bulge, y3, b.x + b.width + ARROW, y3], angle: 180 };
}

function own(a) {
  const x = a.x + a.width, y = a.y + a.height / 2;
  return { points: [x, y - 8, x + 36, y - 20, x + 36, y + 20, x + ARROW, y + 8], angle: 180 };
}

/** A curve as a path, or one beside it. */
export function pathText({ points }, beside = 0) {
  const [x0, y0, ...rest] = points.map((one, at) => Math.round((at % 2 ? one + beside : one) * 10) / 10);
  return `M${x0} ${y0}C${rest.join(" ")}`;
}

/** The point of a curve at a part of its way, from 0 to 1. */
export function pointAt({ points: [x0, y0, x1, y1, x2, y2, x3, y3] }, t) {
  const u = 1 - t, a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;
  return [a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3];
}

/** The parts of a curve near its ends, or all of it where it is not long. */
export function ends(curve) {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = curve.points;
  const length = Math.hypot(x1 - x0, y1 - y0) + Math.hypot(x2 - x1, y2 - y1) + Math.hypot(x3 - x2, y3 - y2);
  if (length < 3 * END) return [curve];
  return [part(curve.points, END / length), turned(part(turned(curve.points), END / length))].map((points) => ({ points }));
}

/** The beginning of a cubic, by de Casteljau. */
function part([x0, y0, x1, y1, x2, y2, x3, y3], t) {
  const between = (one, other) => one + (other - one) * t;
  const [ax, ay, bx, by, cx, cy] = [between(x0, x1), between(y0, y1), between(x1, x2), between(y1, y2), between(x2, x3), between(y2, y3)];
  const [dx, dy, ex, ey] = [between(ax, bx), between(ay, by), between(bx, cx), between(by, cy)];
  return [x0, y0, ax, ay, dx, dy, between(dx, ex), between(dy, ey)];
}

const turned = ([x0, y0, x1, y1, x2, y2, x3, y3]) => [x3, y3, x2, y2, x1, y1, x0, y0];

/** The rectangle around a curve, which its four points span. */
export function around({ points }) {
  const xs = points.filter((_, at) => at % 2 === 0), ys = points.filter((_, at) => at % 2);
  return { x: Math.min(...xs), y: Math.min(...ys), width: Math.max(...xs) - Math.min(...xs), height: Math.max(...ys) - Math.min(...ys) };
}

/** Whether two rectangles share anything. */
export const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const ROWS = 1 << 20; // more than a picture has: a square of the grid is one number

/** Rectangles that must not lie over each other, found by the squares of a grid. */
export class Room {
  #cells = new Map();
  #step = 128;

  /** Whether nothing lies where a rectangle would; if so it is taken. */
  take(rectangle) {
    const cells = this.#cellsOf(rectangle);
    if (cells.some((cell) => this.#cells.get(cell)?.some((one) => meet(one, rectangle)))) return false;
    this.#fill(cells, rectangle);
    return true;
  }

  /** Take a rectangle, whatever lies there. */
  block(rectangle) {
    this.#fill(this.#cellsOf(rectangle), rectangle);
  }

  #fill(cells, rectangle) {
    for (const cell of cells) {
      if (this.#cells.has(cell)) this.#cells.get(cell).push(rectangle);
      else this.#cells.set(cell, [rectangle]);
    }
  }

  #cellsOf({ x, y, width, height }) {
    const found = [];
    for (let column = Math.floor(x / this.#step); column <= (x + width) / this.#step; column++) {
      for (let row = Math.floor(y / this.#step); row <= (y + height) / this.#step; row++) found.push(column * ROWS + row);
    }
    return found;
  }
}
