// A long list in a table of which only what is near the screen is there: pages of rows are read when
// they come near, and one that is far again leaves a gap of its own height.

import { go, html, Trouble, useEffect, useRead, useRef, useState } from "./view.js";

const PAGE = 30;
const ROW = 40;
const NEAR = "800px";

/** Whether an element is near what is seen, and a ref for it. */
function useNear(first) {
  const place = useRef(null);
  const [isNear, come] = useState(first);
  useEffect(() => {
    const watch = new IntersectionObserver(([seen]) => come(seen.isIntersecting), { rootMargin: NEAR });
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return [place, isNear];
}

function PageOfRows({ path, at, total, columns, row, pick }) {
  const [place, isNear] = useNear(at === 0);
  const height = useRef(Math.min(PAGE, total - at * PAGE) * ROW);
  const [found, error] = useRead(isNear ? `${path}${path.includes("?") ? "&" : "?"}offset=${at * PAGE}&limit=${PAGE}` : null);
  const rows = isNear && found ? pick(found).rows : null;
  useEffect(() => { if (rows) height.current = place.current.offsetHeight || height.current; });
  if (rows) return html`<tbody ref=${place}>${rows.map(row)}</tbody>`;
  return html`<tbody ref=${place} aria-busy=${isNear && !error ? "true" : undefined}><tr><td colspan=${columns} ref=${(cell) => { if (cell) cell.style.height = `${height.current}px`; }}><${Trouble} error=${error} /></td></tr></tbody>`;
}

/** The rows of a list of so many, in a table whose head is given. */
export function Rows({ path, total, head, row, pick = (found) => found, label }) {
  const pages = Array.from({ length: Math.ceil(total / PAGE) }, (_, at) => at);
  return html`<div class="wide" tabindex="0" role="region" aria-label=${label}><table class="rows" aria-rowcount=${total + 1}>
    <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    ${pages.map((at) => html`<${PageOfRows} key=${`${path}#${at}`} path=${path} at=${at} total=${total} columns=${head.length} row=${row} pick=${pick} />`)}
  </table></div>`;
}

/** A field that filters, in the address so that it stays when one comes back. */
export function useFilter(query, name = "filter") {
  const given = query.get(name) ?? "";
  const [text, type] = useState(given);
  useEffect(() => type(given), [given]);
  useEffect(() => {
    if (text === given) return undefined;
    const timer = setTimeout(() => {
      const place = new URL(location.href);
      if (text) place.searchParams.set(name, text);
      else place.searchParams.delete(name);
      go(place.pathname + place.search, { replaces: true });
    }, 150);
    return () => clearTimeout(timer);
  }, [text, given]);
  return [given, html`<input type="search" class="filter" aria-label="Filter" placeholder="Filter" value=${text} onInput=${(event) => type(event.target.value)} />`];
}
