// The frame of all pages: navigation, what the console stands on, and whether it is heard.

import { listen } from "./api.js";
import { html, Link, prose, readAgain, render, Trouble, useEffect, useLocation, useRead, useState } from "./view.js";
import { count } from "./parts.js";
import { nowhere, pages } from "./pages/all.js";

const THEMES = ["system", "light", "dark"];

function useTheme() {
  const [theme, change] = useState(localStorage.getItem("theme") ?? "system");
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  return [theme, () => change(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length])];
}

function useEvents() {
  const [isHeard, hear] = useState(true);
  useEffect(() => listen({
    isHeard: (heard, isRefused) => { hear(heard); if (heard || isRefused) readAgain(); }, // a refusal is told by what is read
    state: () => readAgain(),
    traffic: (told) => dispatchEvent(new CustomEvent("traffic", { detail: told })),
  }), []);
  return isHeard;
}

/** Have the focus of what goes away, a row or a link of the page before, go on where the page begins. */
function keepFocus() {
  let last = null;
  addEventListener("focusin", ({ target }) => { last = target; });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    document.getElementById("content")?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

const KINDS = { mesh: "mesh on this machine", files: "files", cluster: "cluster" };

function Stand({ about }) {
  if (!about) return null;
  return html`<p class="stand"><span class="quiet">${KINDS[about.kind]}</span> <strong title=${about.paths.join("\n")}>${about.name}</strong></p>`;
}

function News({ about, isHeard }) {
  return html`<div class="news" role="status">
    ${!isHeard && html`<p class="note warning">The console does not answer; this is how things were. It is asked again by itself.</p>`}
    ${about?.trouble && html`<p class="note warning">${about.trouble}</p>`}
    ${about?.misread && !about.refused && html`<p class="note warning">Something may be missing from these pages: ${prose(about.misread.first)}${about.misread.errors > 1 && `, and ${count(about.misread.errors - 1, "more error")}`}. <${Link} to="/doctor">See how to mend it</${Link}></p>`}
    ${about?.refused && html`<p class="note error">The newest edit is not live: what was good before serves on. <${Link} to="/doctor">See why</${Link}></p>`}
  </div>`;
}

function App() {
  const place = useLocation();
  const [about, error] = useRead("/about");
  const isHeard = useEvents();
  const [theme, nextTheme] = useTheme();
  const page = pages.find((one) => one.path.test(place.pathname)) ?? nowhere;
  const words = page.path?.exec(place.pathname)?.slice(1).map(decodeURIComponent) ?? [];
  useEffect(() => { document.title = `${page.name} · Laneway`; }, [page.name]);
  if (error?.status === 401) return html`<main class="alone"><h1>Laneway</h1><${Trouble} error=${error} /><p class="quiet">This page goes on by itself then.</p></main>`;
  return html`
    <a class="skip" href="#content">Skip to content</a>
    <header>
      <${Link} to="/" class="brand"><img src="/page/icon.svg" alt="" width="24" height="24" /> Laneway</${Link}>
      <${Stand} about=${about} />
      <button type="button" class="small" onClick=${nextTheme} aria-label=${`Colors: ${theme}`} title="Colors: system, light, dark">${{ system: "◐", light: "☀", dark: "☾" }[theme]}</button>
    </header>
    <nav aria-label="Pages">${pages.filter((one) => one.to && (one.when?.(about) ?? true)).map((one) => html`<${Link} key=${one.to} to=${one.to} aria-current=${one === page || one.name === page.of ? "page" : undefined}>${one.name}</${Link}>`)}</nav>
    <main id="content" tabindex="-1">
      <${News} about=${about} isHeard=${isHeard} />
      <${page.show} words=${words} query=${place.searchParams} about=${about} />
    </main>`;
}

keepFocus();
render(html`<${App} />`, document.getElementById("app"));
