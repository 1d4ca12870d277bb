// What all pages share: elements as templates, data that is read again when it changed, links.

import { h, render } from "./vendor/preact.mjs";
import { useCallback, useEffect, useRef, useState } from "./vendor/hooks.mjs";
import htm from "./vendor/htm.mjs";
import { get } from "./api.js";

export const html = htm.bind(h);
export { render, useCallback, useEffect, useRef, useState };

const readers = new Set();

/** Have everything that is shown read again. */
export const readAgain = () => readers.forEach((one) => one());

/**
 * Read a path of the API, and again whenever something changed: [what it said, why it did not].
 * What changes without being told of is read `every` so many seconds, as long as it is looked at.
 */
export function useRead(path, { every = 0 } = {}) {
  const [held, hold] = useState({ path: null, value: undefined, error: null });
  const newest = useRef(0);
  useEffect(() => {
    if (path === null) return undefined;
    const read = async () => {
      const mine = ++newest.current;
      try {
        const value = await get(path);
        if (mine === newest.current) hold({ path, value, error: null });
      } catch (error) {
        if (mine === newest.current) hold((was) => ({ ...was, path, value: was.path === path ? was.value : undefined, error }));
      }
    };
    readers.add(read);
    read();
    const timer = every && setInterval(() => document.hidden || read(), every * 1000);
    return () => { readers.delete(read); clearInterval(timer); newest.current++; };
  }, [path, every]);
  return held.path === path ? [held.value, held.error] : [undefined, null];
}

/** Go to another page of the console; `written` is told there. */
export function go(path, { replaces = false, written = null } = {}) {
  history[replaces ? "replaceState" : "pushState"](written && { written }, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
  if (!replaces) scrollTo(0, 0);
}

/** A link within the console. */
export function Link({ to, children, ...rest }) {
  const follow = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(to);
  };
  return html`<a href=${to} onClick=${follow} ...${rest}>${children}</a>`;
}

/** The path and query of the page, as one state. */
export function useLocation() {
  const [place, move] = useState(location.pathname + location.search);
  useEffect(() => {
    const moved = () => move(location.pathname + location.search);
    addEventListener("popstate", moved);
    moved(); // between the first drawing and now nobody listened
    return () => removeEventListener("popstate", moved);
  }, []);
  return new URL(place, location.origin);
}

/** A text with what stands in it between backticks as code. */
export function prose(text) {
  const pieces = text.split("`");
  return pieces.length % 2 ? pieces.map((one, at) => (at % 2 ? html`<code>${one}</code>` : one)) : text;
}

/** Say why something is not shown. */
export function Trouble({ error }) {
  if (!error) return null;
  return html`<div class="trouble" role="alert"><strong>${error.message}</strong>${error.detail && html`<p>${prose(error.detail)}</p>`}</div>`;
}

/** What is read: its trouble, a word while it is on its way, or what it is. */
export function Read({ of: [value, error], children, word = "Reading…" }) {
  return html`<${Trouble} error=${error} />${value === undefined ? !error && html`<p class="quiet" aria-busy="true">${word}</p>` : children(value)}`;
}

const YOUNG = 5000; // milliseconds in which a document is not loaded again: its own beginning is no news
const AWAY = Object.assign(new Error("The console does not answer"), { detail: "This page is loaded once it does." });

/** What a module shows, loaded when it is first shown; where it was away, once the console is heard again. */
export function later(load, name) {
  let loaded = null;
  return function Later(props) {
    const [error, fail] = useState(null);
    const [, show] = useState(loaded);
    useEffect(() => {
      if (loaded) return undefined;
      let isAway = false;
      const again = () => isAway && performance.now() > YOUNG && location.reload(); // a browser does not ask twice for a module that was not there
      load().then((found) => show(loaded = { is: found[name] }), () => { isAway = true; fail(AWAY); });
      readers.add(again);
      return () => readers.delete(again);
    }, []);
    if (loaded) return html`<${loaded.is} ...${props} />`;
    return html`<${Trouble} error=${error} />${error ? html`<button type="button" onClick=${() => location.reload()}>Load again</button>` : html`<p class="quiet" aria-busy="true">Reading…</p>`}`;
  };
}

/** A short state in words and color. */
export const Badge = ({ kind = "plain", children }) => html`<span class="badge ${kind}">${children}</span>`;

/** How long ago a moment was, in words; moments are seconds since 1970. */
export function ago(moment) {
  if (moment === null || moment === undefined) return "";
  const seconds = Math.max(0, Date.now() / 1000 - moment);
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * length) return `${Math.floor(seconds / length)} ${unit} ago`;
  }
  return `${Math.floor(seconds)} s ago`;
}

/** A length of time in its largest whole unit. */
export function span(seconds) {
  const [unit, length] = [["h", 3600], ["min", 60], ["s", 1]].find(([, each]) => seconds % each === 0) ?? ["s", 1];
  return `${seconds / length} ${unit}`;
}

/** A button that copies a text. */
export function Copy({ text, what = "Copy" }) {
  const [done, note] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    note(true);
    setTimeout(() => note(false), 1500);
  };
  return html`<button type="button" class="small" onClick=${copy}>${done ? "Copied" : what}</button>`;
}

/** Text as it is written, with a way to copy it. */
export const Code = ({ text, label }) => html`<div class="code"><pre tabindex="0" aria-label=${label}>${text}</pre><${Copy} text=${text} /></div>`;
