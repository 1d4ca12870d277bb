// Parts that several pages have: links to objects and lines, findings, sizes, tables, a question.

import { html, Link, prose, useEffect, useRef } from "./view.js";
import { part } from "./api.js";

/** Where the page of an object is; a ref is `Kind namespace/name` or `Kind name`. */
export function objectPath(ref, line) {
  const [, kind, rest] = /^(\S*) ?(.*)$/s.exec(ref);
  const slash = rest.indexOf("/");
  const [space, name] = slash > 0 ? [rest.slice(0, slash), rest.slice(slash + 1)] : ["-", rest];
  return `/resources/${part(kind)}/${part(space)}/${part(name)}${line ? `?line=${line}` : ""}`;
}

/** The page that explains a request. */
export const explainPath = (request) => `/explain?request=${part(request)}`;

/** The page that explains an inquiry, which says where a request begins. */
export function inquiryPath({ request, workload, gateway }) {
  const headers = request.headers.map(([name, value]) => `\n${name}: ${value}`).join("");
  const text = `${request.method} ${request.host ? `http://${request.host}` : ""}${request.path}${headers}`;
  const words = new URLSearchParams({ request: text });
  for (const [name, value] of [["from", workload], ["gateway", gateway], ["port", request.port]]) if (value) words.set(name, value);
  return `/explain?${words}`;
}

/** The line of a place written as `file:line`. */
export const lineOf = (at) => Number(/:(\d+)$/.exec(at ?? "")?.[1] ?? 0);

/** A link to an object, at a line of its file where that is known. */
export const ObjectLink = ({ of, line, children }) => html`<${Link} to=${objectPath(of, line)}>${children ?? of}</${Link}>`;

/** `shop/cart` of `cart.shop.svc.cluster.local`; other hosts as they are. */
export function short(host) {
  const [name, space, ...rest] = host.split(".");
  return rest[0] === "svc" ? `${space}/${name}` : host;
}

/** One or several of something: `3 lanes`. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;

export function bytes(number) {
  for (const [unit, size] of [["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["KB", 1e3]]) {
    if (number >= size) return `${(number / size).toFixed(number / size < 10 ? 1 : 0)} ${unit}`;
  }
  return `${Math.round(number)} B`;
}

const KINDS = { error: "error", warning: "warning", info: "plain" };

/** How grave a finding is, in a word. */
export const Level = ({ of }) => html`<span class="badge ${KINDS[of] ?? "plain"}">${of}</span>`;

function Finding({ one }) {
  const place = one.file ? `${one.file}${one.line ? `:${one.line}` : ""}` : "";
  return html`<li class="finding">
    <div class="row"><${Level} of=${one.level} /><strong>${prose(one.message)}</strong></div>
    <p class="quiet">${prose(one.why)}</p>
    <p><span class="hint">Mend it</span> ${prose(one.fix)}</p>
    <p class="quiet small">${one.code}${one.also && ` (${one.also})`}${one.subject && html` · <${ObjectLink} of=${one.subject} line=${one.line} />`}${place && html` · <span class="mono">${place}</span>`}</p>
  </li>`;
}

/** Findings as a list. */
export const Findings = ({ of }) => html`<ul class="findings">${of.map((one) => html`<${Finding} one=${one} />`)}</ul>`;

/** Words that say there is nothing, and what would be here. */
export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

/** A button that is off at times, and keeps the focus then, unlike one that is disabled. */
export const Button = ({ isOff, onClick, children, ...rest }) => html`<button type="button" ...${rest} aria-disabled=${isOff ? "true" : undefined} onClick=${() => isOff || onClick()}>${children}</button>`;

/** A question over the page: it has the focus, Escape closes it. */
export function Dialog({ title, close, wide = false, children }) {
  const frame = useRef(null);
  useEffect(() => {
    const from = document.activeElement;
    frame.current.showModal();
    return () => from?.focus?.();
  }, []);
  return html`<dialog ref=${frame} class=${wide ? "wide-dialog" : ""} aria-labelledby="dialog-title" onCancel=${(event) => { event.preventDefault(); close(); }} onClose=${close}>
    <div class="row spread"><h2 id="dialog-title">${title}</h2><button type="button" class="small" onClick=${close} aria-label="Close">✕</button></div>
    ${children}
  </dialog>`;
}

/** A moment, in seconds, as a clock has it; on another day with its date. */
export const clock = (seconds) => {
  const at = new Date(seconds * 1000);
  const day = at.toDateString() === new Date().toDateString() ? "" : `${at.toLocaleDateString()} `;
  return `${day}${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })}`;
};
