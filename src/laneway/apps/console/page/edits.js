// Edits by forms: what one would be is asked for while a person types, then it is applied; findings
// are kept by their fields, and what somebody else changed meanwhile is shown.

import { get, post } from "./api.js";
import { Badge, Copy, html, prose, readAgain, useEffect, useRef, useState } from "./view.js";
import { clock, count, Findings, Level } from "./parts.js";

const PAUSE = 250;
const LOOK = 5000;

/** Ask what an edit would be, a moment after the newest change of it. */
export function usePreview(edit) {
  const [state, hold] = useState({ of: null, preview: null, conflict: null, way: null, error: null });
  const key = edit && JSON.stringify(edit);
  const newest = useRef(0);
  useEffect(() => {
    if (!edit) return undefined;
    const mine = ++newest.current;
    const timer = setTimeout(() => {
      post("/edits/preview", edit).then(
        (found) => mine === newest.current && hold({ of: key, ...found, error: null }),
        (error) => mine === newest.current && hold((was) => ({ ...was, of: key, error })),
      );
    }, PAUSE);
    return () => { newest.current++; clearTimeout(timer); };
  }, [key]);
  return { ...state, isAsked: Boolean(edit) && state.of !== key };
}

/** Findings by the field they are told at: positions in a list belong to the list's field. */
export function atFields(findings = [], fields) {
  const found = new Map();
  for (const one of findings) {
    const words = one.field.split(".");
    let name = one.field;
    while (name && !fields.includes(name)) { words.pop(); name = words.join("."); }
    found.set(name, [...(found.get(name) ?? []), one]);
  }
  return found;
}

/** Whether an edit with errors could be written all the same: some edits cannot be made at all. */
export const canInsist = (preview) => Boolean(preview && !isTracked(preview) && (preview.files.length || preview.yaml || preview.changes.changes?.length));

/** What is told at a field. */
export function Told({ id, of = [] }) {
  return html`<div class="told" id=${id} aria-live="polite">${of.map((one) => html`<p class=${`told-${one.level}`}><${Level} of=${one.level} /> ${prose(one.message)}${one.fix && html` <span class="quiet">${prose(one.fix)}</span>`}</p>`)}</div>`;
}

const KINDS = { "+": "added", "-": "removed", "@": "quiet" };

/** Lines that differ, in colors and with their signs. */
export function Diff({ of }) {
  return html`<div class="code"><pre tabindex="0" aria-label="What differs in files">${of.split("\n").map((line) => html`<span class=${KINDS[line[0]] ?? ""}>${line}${"\n"}</span>`)}</pre></div>`;
}

const MOST_OBJECTS = 12;
const MOST_FIELDS = 4;
const LONGEST = 120;
const WORDS = { create: ["good", "new"], update: ["warning", "changed"], delete: ["error", "removed"] };

/** A value as it would be written; a long one is there in full on demand. */
function Value({ of }) {
  const text = typeof of === "string" && of ? of : JSON.stringify(of);
  if (text.length <= LONGEST) return text;
  return html`<details><summary>${text.slice(0, LONGEST)}…</summary><code>${text}</code></details>`;
}

const Field = ({ one }) => html`<li><span class="mono">${one.path}</span>: ${"before" in one && html`<del><span class="hidden">was </span><${Value} of=${one.before} /></del>`}${"before" in one && "after" in one && " → "}${"after" in one ? html`<ins><span class="hidden">will be </span><${Value} of=${one.after} /></ins>` : " goes"}</li>`;

/** The fields of an object that an edit changes. */
function Fields({ of }) {
  if (!of.length) return null;
  const line = (one) => html`<${Field} one=${one} />`;
  return html`<ul class="fields">${of.slice(0, MOST_FIELDS).map(line)}</ul>${of.length > MOST_FIELDS && html`<details><summary>${count(of.length - MOST_FIELDS, "more field")}</summary><ul class="fields">${of.slice(MOST_FIELDS).map(line)}</ul></details>`}`;
}

function Changed({ one }) {
  const [kind, words] = WORDS[one.action];
  return html`<li><${Badge} kind=${kind}>${words}</${Badge}> ${one.kind} <span class="mono">${one.namespace ? `${one.namespace}/` : ""}${one.name}</span><${Fields} of=${one.action === "update" ? one.fields : []} /></li>`;
}

function Changes({ of }) {
  const changes = of.changes ?? [];
  const line = (one) => html`<${Changed} one=${one} />`;
  return html`<h3>${changes.length ? `${count(changes.length, "generated object")} will change` : "No generated object changes"}</h3>
    ${changes.length > 0 && html`<ul class="changed">${changes.slice(0, MOST_OBJECTS).map(line)}</ul>`}
    ${changes.length > MOST_OBJECTS && html`<details><summary>${count(changes.length - MOST_OBJECTS, "more object")}</summary><ul class="changed">${changes.slice(MOST_OBJECTS).map(line)}</ul></details>`}`;
}

/** What an edit would be: YAML, files, objects that change, and findings of no field. */
export function Preview({ of, rest = [], isAsked, isShort = false }) {
  const errors = rest.filter((one) => one.level === "error");
  const others = rest.filter((one) => one.level !== "error");
  if (!of) return html`<div class="preview" aria-busy="true"><p class="quiet">Working out what this would be…</p></div>`;
  return html`<div class=${`preview ${isAsked ? "is-asked" : ""}`} aria-live="polite">
    ${errors.length > 0 && html`<${Findings} of=${errors} />`}
    ${of.told.map((line) => html`<p>${line[0].toUpperCase()}${line.slice(1)}.</p>`)}
    <${Changes} of=${of.changes} />
    ${others.length > 0 && html`<details><summary>${count(others.length, "finding")} elsewhere</summary><${Findings} of=${others} /></details>`}
    ${of.yaml && !isShort && html`<h3>YAML</h3><div class="code"><pre tabindex="0" aria-label="YAML">${of.yaml}</pre></div>`}
    ${of.diff && html`<details open=${isShort}><summary>What differs in ${count(of.files.length, "file")}</summary><${Diff} of=${of.diff} /></details>`}
  </div>`;
}

const spelled = (value) => (value === null || value === undefined || value === "" ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));

/** Commits that came while a form was open. */
export const Since = ({ of }) => of?.length > 0 && html`<p>${count(of.length, "commit")} came since this form was opened:</p><ul class="plain">${of.map((one) => html`<li class="mono">${one}</li>`)}</ul>`;

const TREE = ({ way }) => html`on branch <code>${way.branch}</code> of <span class="mono">${way.folder}</span>`;
const BECOMES = {
  committed: (way) => html`Apply makes a commit ${TREE({ way })}; nothing is pushed.`,
  pushed: (way) => html`Apply makes a commit ${TREE({ way })} and pushes it to <code>${way.remote}</code>.`,
  proposed: (way) => html`Apply pushes a commit as a branch of its own, to be merged into <code>${way.remote}</code>; <span class="mono">${way.folder}</span> stays as it is.`,
};

/** Who tracks what would be edited, and the text to bring to their repository. */
function Tracked({ of }) {
  return html`<div class="note warning">${of.trackers.map((one) => html`<p><strong>${one.what}</strong> is tracked by ${one.by}${one.application && html`, application <strong>${one.application}</strong>`}${one.repository && html`, which follows <span class="mono">${one.repository}</span> ${one.revision}, folder <span class="mono">${one.path || "."}</span>`}: it is edited by a commit there.</p>`)}
    ${of.yaml && html`<p><${Copy} text=${of.yaml} what="Copy the text" /></p>`}
    <p class="quiet">In a work tree of that repository <code>kubectl laneway console --work-tree FOLDER --push</code> commits it.</p></div>`;
}

/** Whether an edit may be applied here at all. */
export const isTracked = (preview) => Boolean(preview?.trackers.length);

/** Where an edit goes, if it is a commit, and which proposals wait that change the same files. */
export function Way({ of, preview }) {
  if (preview?.trackers.length) return html`<${Tracked} of=${preview} />`;
  const says = BECOMES[of?.becomes];
  if (!says) return null;
  const files = preview?.files ?? [];
  const same = (one) => one.files.some((file) => files.some((path) => path === file || path.endsWith(`/${file}`)));
  return html`<div class="way"><p class="quiet">${says(of)}${of.ahead > 0 && ` ${count(of.ahead, "commit")} that ${of.remote} lacks ${of.ahead === 1 ? "goes" : "go"} along.`}</p>
    ${of.waiting.length > 0 && html`<details open=${of.waiting.some(same)}><summary>${count(of.waiting.length, "proposal")} ${of.waiting.length === 1 ? "waits" : "wait"} to be merged</summary><ul class="plain">${of.waiting.map((one) => html`<li><code>${one.branch}</code> ${one.title}${same(one) && html` <${Badge} kind="warning">changes the same file</${Badge}>`}</li>`)}</ul></details>`}
    <${Since} of=${preview?.since} /></div>`;
}

/** What somebody else changed while a form was open, and a way to take it. */
export function Conflict({ of, take }) {
  return html`<div class="trouble" role="alert"><strong>${of.what} is another by now</strong>
    ${of.now ? html`<table><thead><tr><th scope="col">Field</th><th scope="col">When you opened it</th><th scope="col">Now</th></tr></thead><tbody>${of.fields.map((one) => html`<tr><th scope="row">${one.field}</th><td>${spelled(one.shown)}</td><td>${spelled(one.now)}</td></tr>`)}</tbody></table>` : html`<p>It was removed.</p>`}
    <${Since} of=${of.commits} />
    ${of.owners?.length > 0 && html`<p>${of.owners.join(", ")} keeps fields of it.</p>`}
    ${of.now && take && html`<button type="button" onClick=${() => take(of.now)}>Take what is there now</button>`}</div>`;
}

/** Apply an edit: [carry it out, what came of it]. */
export function useApply(done) {
  const [state, hold] = useState({ isBusy: false, error: null, conflict: null });
  const apply = async (edit) => {
    hold({ isBusy: true, error: null, conflict: null });
    try {
      const written = await post("/edits", edit);
      hold({ isBusy: false, error: null, conflict: null });
      readAgain();
      done(written);
    } catch (error) {
      hold({ isBusy: false, error: error.status === 409 ? null : error, conflict: error.status === 409 ? error.findings[0] : null });
    }
  };
  return [apply, state, () => hold({ isBusy: false, error: null, conflict: null })];
}

/** What was written, said once on the page one comes to. */
export function Written() {
  const [told, hold] = useState(history.state?.written ?? null);
  useEffect(() => {
    const moved = () => hold(history.state?.written ?? null);
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  if (!told) return null;
  const isCommit = told.became in DONE;
  return html`<div class="note good row spread" role="status"><div><p>${told.title}: ${isCommit ? html`${DONE[told.became]} <code title=${told.revision}>${told.revision.slice(0, 10)}</code> on <code>${told.branch}</code>` : `written to ${told.where.join(", ")}`}.${isCommit && html` <${Standing} of=${told} />`}</p>
    ${told.page && html`<p>The code host takes it as a pull request at <a href=${told.page} target="_blank" rel="noreferrer">${told.page}</a></p>`}
    ${told.left?.length > 0 && html`<p>${told.left.join(", ")} was edited while this was pushed, and stays so: <code>git diff</code> shows what it lacks.</p>`}
    <${Since} of=${told.since} /></div><button type="button" class="small" onClick=${() => { history.replaceState(null, ""); hold(null); }}>OK</button></div>`;
}

const DONE = { committed: "committed as", pushed: "committed and pushed as", proposed: "proposed as" };
const STATES = { committed: ["plain", "not pushed"], pushed: ["plain", "pushed"], proposed: ["warning", "waits to be merged"], merged: ["plain", "merged"], gone: ["error", "gone, and not merged"], live: ["good", "live"] };

/** How far a commit is, asked again until it is as far as it goes. */
function Standing({ of }) {
  const [found, hold] = useState(null);
  useEffect(() => {
    let timer = 0;
    const look = () => get(`/edits/commits/${of.revision}`).then((now) => {
      hold(now);
      if (!["live", "gone", "committed"].includes(now.state)) timer = setTimeout(look, LOOK);
    }, () => { timer = setTimeout(look, LOOK); });
    look();
    return () => clearTimeout(timer);
  }, [of.revision]);
  const [kind, words] = STATES[found?.state] ?? [];
  return words ? html`<${Badge} kind=${kind}>${words}${found.since ? ` since ${clock(found.since)}` : ""}</${Badge}>` : null;
}

