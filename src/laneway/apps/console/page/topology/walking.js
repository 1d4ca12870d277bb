// The keyboard's way through the picture: from node to node along edges, to the next above or below.
//
// Comes in: a scene and where one stands. Goes out: the item one comes to. Right is whom it calls,
// left is who calls it, each the nearest in height; up and down are the neighbors in the column.

/** The item reached from another by an arrow key, or null. */
export function stepFrom(scene, edges, id, key) {
  const from = scene.items.get(id);
  if (key === "ArrowRight") return nearest(scene, from, edges.filter((one) => one.from === id).map((one) => one.to));
  if (key === "ArrowLeft") return nearest(scene, from, edges.filter((one) => one.to === id).map((one) => one.from));
  const way = key === "ArrowUp" ? -1 : 1;
  const reach = (one) => (middle(one) - middle(from)) * way;
  const column = [...scene.items.values()].filter((one) => one.id !== id && one.x < from.x + from.width && from.x < one.x + one.width && reach(one) > 0);
  return column.length ? column.reduce((best, one) => (reach(one) < reach(best) ? one : best)).id : null;
}

/** The first item of the picture: leftmost, then topmost. */
export function firstOf(scene) {
  const items = [...scene.items.values()];
  return items.length ? items.reduce((best, one) => (one.x < best.x || (one.x === best.x && one.y < best.y) ? one : best)).id : null;
}

function nearest(scene, from, ids) {
  const others = [...new Set(ids)].filter((one) => one !== from.id).map((one) => scene.items.get(one));
  const far = (one) => Math.abs(middle(one) - middle(from));
  return others.length ? others.reduce((best, one) => (far(one) < far(best) ? one : best)).id : null;
}

const middle = (item) => item.y + item.height / 2;
