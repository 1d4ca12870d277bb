// All objects as a list, and one of them: its YAML, who keeps it, what is made of it.

import { part } from "../api.js";
import { Badge, Copy, html, Link, prose, Read, useEffect, useRead, useState } from "../view.js";
import { count, Empty, Level, lineOf, ObjectLink } from "../parts.js";
import { Rows, useFilter } from "../rows.js";
import { Lines } from "../journey.js";

const OWNERS = { file: "file", laneway: "made by Laneway", asm: "made by ASM", syncer: "kept by a syncer", controller: "kept by a controller", cluster: "applied by somebody" };
const refOf = (one) => `${one.kind} ${one.namespace ? `${one.namespace}/` : ""}${one.name}`;
const placeOf = (place) => (place.file ? `${place.file.split("/").pop()}${place.line ? `:${place.line}` : ""}` : "");

const row = (one) => html`<tr key=${refOf(one.object)}>
  <th scope="row"><${ObjectLink} of=${refOf(one.object)}>${one.object.name}</${ObjectLink}></th>
  <td data-label="Kind">${one.object.kind}</td>
  <td data-label="Namespace">${one.object.namespace || html`<span class="quiet">none</span>`}</td>
  <td data-label="Owner"><span title=${one.owner.words}>${OWNERS[one.owner.kind] ?? one.owner.kind}</span> <span class="mono small quiet" title=${one.place.file}>${placeOf(one.place)}</span></td>
  <td data-label="Findings">${["error", "warning"].map((level) => one.findings[level] > 0 && html`<${Badge} kind=${level}>${count(one.findings[level], level)}</${Badge}> `)}${!one.findings.error && !one.findings.warning && html`<span class="quiet">none</span>`}</td>
</tr>`;

function Select({ label, value, choose, options }) {
  return html`<select aria-label=${label} value=${value} onChange=${(event) => choose(event.target.value)}>${options.map(([key, words]) => html`<option value=${key} selected=${key === value}>${words}</option>`)}</select>`;
}

export function ResourcesPage({ query }) {
  const [filter, input] = useFilter(query);
  const [kind, ofKind] = useState("");
  const [owner, keptBy] = useState("");
  const path = `/resources?query=${part(filter)}&kind=${part(kind)}&owner=${part(owner)}`;
  return html`<div class="row spread"><h1>Resources</h1><div class="row">${input}
    <${Read} of=${useRead("/resources?limit=1")}>${(all) => html`<${Select} label="Kind" value=${kind} choose=${ofKind} options=${[["", "every kind"], ...Object.entries(all.kinds).map(([name, number]) => [name, `${name} (${number})`])]} />`}</${Read}>
    <${Select} label="Owner" value=${owner} choose=${keptBy} options=${[["", "every owner"], ...Object.entries(OWNERS)]} /></div></div>
    <${Read} of=${useRead(`${path}&limit=1`)}>${(found) => (found.total ? html`<p class="quiet" role="status">${count(found.total, "object")}</p><${Rows} path=${path} total=${found.total} head=${["Name", "Kind", "Namespace", "Owner", "Findings"]} row=${row} label="Objects" />` : html`<${Empty}>${filter || kind || owner ? "No object is like that." : "No object was read yet."}</${Empty}>`)}</${Read}>`;
}

function Generated({ of }) {
  const [layout, choose] = useState("asm");
  const objects = of[layout] ?? [];
  if (!Object.values(of).some((list) => list.length)) return null;
  return html`<div class="row spread"><h2>Generated objects</h2><div class="row tight" role="group" aria-label="Layout">${Object.keys(of).map((name) => html`<button type="button" class="small" aria-pressed=${layout === name} onClick=${() => choose(name)}>layout ${name}</button>`)}</div></div>
    <p class="quiet">${layout === "asm" ? "As the vendor's console prints them." : "As Laneway writes them on a cluster."}</p>
    ${objects.map((one) => html`<details key=${`${layout} ${refOf(one)}`}><summary>${one.kind} <span class="mono">${one.namespace ? `${one.namespace}/` : ""}${one.name}</span></summary><div class="code"><pre tabindex="0" aria-label=${`YAML of ${one.kind} ${one.name}`}>${one.text}</pre><${Copy} text=${one.text} /></div></details>`)}`;
}

const Ends = ({ title, of }) => of.length > 0 && html`<h2>${title}</h2><ul class="plain">${of.map((one) => html`<li><span class="quiet">${one.how}</span> <${ObjectLink} of=${refOf(one)} /></li>`)}</ul>`;

/** The line of the file that an object's text begins at, by the line its name stands in. */
function firstLine(found) {
  const lines = found.text.split("\n");
  const named = lines.findIndex((text) => /^\s+name:/.test(text));
  return Math.max(1, (found.place.line ?? 1) - Math.max(0, named));
}

function Shown({ found, line }) {
  const first = found.place.line ? firstLine(found) : 1;
  useEffect(() => { document.querySelector(".lines .marked")?.scrollIntoView({ block: "center" }); }, [found.text, line]);
  const edits = { ASMSwimLane: `/lanes/${part(found.object.name)}/edit`, ASMSwimLaneGroup: `/groups/${part(found.object.name)}/edit` };
  return html`<div class="row spread"><h1>${found.object.kind} <span class="mono">${found.object.namespace ? `${found.object.namespace}/` : ""}${found.object.name}</span></h1>${edits[found.object.kind] && found.owner.kind !== "syncer" && html`<${Link} class="button" to=${edits[found.object.kind]}>Edit</${Link}>`}</div>
    <dl class="facts"><dt>Owner</dt><dd>${OWNERS[found.owner.kind] ?? found.owner.kind}${found.owner.kind !== "file" ? `: ${found.owner.words}` : ""}${found.owner.kind === "syncer" ? ". It is edited in its repository: by a commit or a pull request." : ""}</dd><dt>Place</dt><dd class="mono">${found.place.file}${found.place.line ? `:${found.place.line}` : ""}</dd></dl>
    ${found.findings.map((one) => html`<div class=${`note ${one.level}`}><div class="row"><${Level} of=${one.level} /><strong>${prose(one.cause)}</strong></div><p>${prose(one.fix)}</p>${one.place?.line && html`<${ObjectLink} of=${refOf(found.object)} line=${one.place.line}>line ${one.place.line}</${ObjectLink}>`}</div>`)}
    <div class="row spread"><h2>YAML</h2><${Copy} text=${found.text} /></div>
    <${Lines} of=${{ file: found.place.file, line: first, text: found.text.replace(/\n$/, "") }} marked=${line} />
    <${Generated} of=${found.generated} />
    <${Ends} title="What it uses" of=${found.uses} /><${Ends} title="What uses it" of=${found.usedBy} />`;
}

export function ResourcePage({ words, query }) {
  const [kind, space, name] = words;
  const read = useRead(`/resources/${part(kind)}/${part(space)}/${part(name)}`);
  return html`${!read[0] && html`<h1>${kind} <span class="mono">${name}</span></h1>`}<${Read} of=${read}>${(found) => html`<${Shown} found=${found} line=${lineOf(`:${query.get("line") ?? 0}`)} />`}</${Read}>`;
}
