// Groups and their lanes: whether they are live, who has which share, whose pods are there.

import { part } from "../api.js";
import { ago, Badge, html, Link, Read, useRead, useState } from "../view.js";
import { clock, count, Empty, ObjectLink } from "../parts.js";
import { Rows, useFilter } from "../rows.js";
import { Removing } from "../removing.js";
import { Written } from "../edits.js";
import { SendHundred } from "../sending.js";
import { Weights } from "../weights.js";

const LIVE = { live: "good", "not live": "warning", stalled: "error", "not known": "plain" };
const STATES = { Reconciling: "warning", Failed: "error", Empty: "plain" };
const STRATEGIES = { rule_based: "by entry rules", weighted: "by weights" };

const SEEN = 3;

/** Why something is not ready: each reason in a line of its own, many of them on demand. */
function Why({ of }) {
  if (!of.length) return null;
  const line = (one) => html`<li>${one}</li>`;
  return html`<ul class="reasons">${of.slice(0, SEEN).map(line)}</ul>${of.length > SEEN && html`<details><summary>${count(of.length - SEEN, "more reason")}</summary><ul class="reasons">${of.slice(SEEN).map(line)}</ul></details>`}`;
}

/** Whether a group or lane is live and since when; where nothing runs, whether its routes are ready, which says nothing of programs. */
export function Live({ of, state }) {
  if (!of) return html`<${Badge} kind=${STATES[state] ?? "plain"}>${state === "Ready" ? "routes ready" : state.toLowerCase()}</${Badge}>`;
  const since = of.since ? ` since ${clock(of.since)}` : "";
  return html`<span title=${of.since ? `${ago(of.since)}, ${new Date(of.since * 1000).toLocaleString()}` : ""}><${Badge} kind=${LIVE[of.state] ?? "plain"}>${of.state}${since}</${Badge}></span>${of.why && html` <span class="quiet">${of.state === "live" ? `in ${of.why}` : of.why}</span>`}`;
}

/** How many findings there are, leading to them. */
export function FindingCounts({ of, subject }) {
  const told = ["error", "warning"].filter((level) => of[level]);
  if (!told.length) return html`<span class="quiet">none</span>`;
  return html`<${Link} to=${`/doctor?filter=${part(subject.split(" ").pop())}`}>${told.map((level) => html`<${Badge} kind=${level}>${count(of[level], level)}</${Badge}> `)}</${Link}>`;
}

function pods(lane) {
  const listed = lane.services.filter((one) => one.listed);
  return listed.map((one) => html`<span class=${`pods ${one.ready < one.total || !one.total ? "short" : ""}`} title=${`${one.ready} of ${one.total} pods of ${one.namespace}/${one.name} are ready`}>${one.name} <b>${one.ready}/${one.total}</b></span>`);
}

function standIns(lane) {
  const by = new Map();
  for (const one of lane.services) if (one.standsIn) by.set(one.standsIn, [...(by.get(one.standsIn) ?? []), one.name]);
  if (!by.size) return html`<span class="quiet">nobody</span>`;
  return [...by].map(([who, services]) => html`<div title=${services.join(", ")}><strong>${who}</strong> at ${services.length > 3 ? `${services.slice(0, 3).join(", ")} and ${services.length - 3} more` : services.join(", ")}</div>`);
}

const tag = (lane) => Object.entries(lane.selector).map(([name, value]) => html`<code>${name}: ${value}</code> `);

function Actions({ lane, ask }) {
  return html`<div class="row tight"><${Link} class="button small" to=${`/lanes/${part(lane.name)}/rules`}>Entry rules</${Link}><${Link} class="button small" to=${`/lanes/${part(lane.name)}/edit`}>Edit</${Link}><button type="button" class="small" onClick=${() => ask({ what: "lane", name: lane.name })}>Remove</button></div>`;
}

const HEAD = ["Lane", "Service tag", "Share", "Pods ready", "Stands in", "Entry rules", "Findings", ""];

const WITHOUT_SHARES = HEAD.filter((name) => name !== "Share");

/** The row of a lane; with its group where lanes of several stand below each other. */
const laneRow = (ask, named, { told = [], shares = true } = {}) => (lane) => html`<tr key=${lane.name}>
  <th scope="row"><${ObjectLink} of=${`ASMSwimLane ${lane.name}`}>${lane.name}</${ObjectLink}>${named && html`<div class="quiet">${lane.group || "in no group"}</div>`}${lane.state !== "Ready" && html`<div><${Badge} kind=${STATES[lane.state]}>${lane.state.toLowerCase()}</${Badge}></div>${lane.errors.join() !== told.join() && html`<${Why} of=${lane.errors} />`}`}</th>
  <td data-label="Service tag">${tag(lane)}</td>
  ${shares && html`<td class="number" data-label=${lane.weights.length ? "Share" : undefined}>${lane.weights.map((one) => html`<div title=${one.split}>${one.weight} %</div>`)}</td>`}
  <td data-label="Pods ready">${pods(lane)}</td>
  <td data-label="Stands in">${standIns(lane)}</td>
  <td data-label="Entry rules">${lane.rules.length ? lane.rules.map((rule) => html`<span class=${rule.online ? "" : "quiet"}>${rule.name || "unnamed"}${rule.online ? "" : " (off)"} </span>`) : html`<span class="quiet">none</span>`}</td>
  <td data-label="Findings"><${FindingCounts} of=${lane.findings} subject=${lane.name} /></td>
  <td><${Actions} lane=${lane} ask=${ask} /></td>
</tr>`;

const lanesOf = (found) => found.lanes;

function Gateway({ group, about }) {
  const doors = (about?.gateways ?? []).filter((one) => one.url && one.gateways.includes(group.gateway));
  return html`<div><dt>Entrance gateway</dt><dd>${group.gateway || "none"}${doors.map((one) => html` <code>${one.url}</code>`)}</dd></div>`;
}

const PROGRAMS = ["Program", "Will it", "Why"];
const WILL = { "passes on": "good", "will not": "error", "changes it": "warning", unknown: "plain" };

/** Which programs of a permissive group have to pass the lane on, and whether they will. */
function Programs({ group }) {
  const read = useRead(`/groups/${part(group.name)}/programs`);
  return html`<${Read} of=${read}>${(found) => {
    if (!found.length) return null;
    const lost = ["will not", "changes it"].map((will) => [will, found.filter((one) => one.prediction === will).length]);
    return html`<details><summary>${count(found.length, "program has", "programs have")} to pass the lane on, by ${found[0].header}${lost.map(([will, many]) => many > 0 && html` <${Badge} kind=${WILL[will]}>${many} ${will}</${Badge}>`)}</summary>
      <div class="wide" tabindex="0" role="region" aria-label=${`Programs of ${group.name}`}><table class="rows"><thead><tr>${PROGRAMS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${found.map((one) => html`<tr key=${one.workload}><th scope="row">${one.workload}</th><td data-label="Will it"><${Badge} kind=${WILL[one.prediction]}>${one.prediction}</${Badge}></td><td data-label="Why">${one.because} <span class="mono quiet">${one.at ?? ""}</span></td></tr>`)}</tbody></table></div></details>`;
  }}</${Read}>`;
}

function Group({ group, about, ask }) {
  const [isOpen, open] = useState(false);
  const path = `/lanes?group=${part(group.name)}`;
  const shares = group.splits.length > 0;
  return html`<section class="card group" aria-labelledby=${`group-${group.name}`}>
    <div class="row spread">
      <div class="row"><h2 id=${`group-${group.name}`}><${ObjectLink} of=${`ASMSwimLaneGroup ${group.name}`}>${group.name}</${ObjectLink}></h2><${Live} of=${group.live} state=${group.state} />
        ${group.held.length > 0 && html`<${Badge} kind="error">held</${Badge}>`}</div>
      <div class="row"><${Link} class="button" to=${`/lanes/new?group=${part(group.name)}`}>Create swimlanes</${Link}>
        ${shares && html`<button type="button" aria-expanded=${isOpen} onClick=${() => open(!isOpen)}>Weights</button>`}
        <${Link} class="button" to=${`/groups/${part(group.name)}/edit`}>Edit</${Link}><button type="button" onClick=${() => ask({ what: "group", name: group.name })}>Remove</button></div>
    </div>
    ${group.held.length ? group.held.map((why) => html`<p class="note error">${why}</p>`) : html`<${Why} of=${group.errors} />`}
    ${group.notRead.map((why) => html`<p class="note">${why[0].toUpperCase()}${why.slice(1)}, so pods and routes are shown in part. Whether the group is live stands in its status.</p>`)}
    <dl class="facts across">
      <div><dt>Mode</dt><dd>${group.mode}${group.baseline && `, baseline ${group.baseline}`}</dd></div>
      <div><dt>Entered</dt><dd>${STRATEGIES[group.strategy] ?? group.strategy}${shares && group.strategy !== "weighted" && " and routes of your own"}</dd></div>
      <${Gateway} group=${group} about=${about} />
      <div><dt>Services</dt><dd>${group.services.slice(0, 8).map((one) => one.name).join(", ")}${group.services.length > 8 && ` and ${group.services.length - 8} more`}${!group.services.length && (group.notRead.length ? "none in sight" : "none")}</dd></div>
      ${(group.findings.error > 0 || group.findings.warning > 0) && html`<div><dt>Findings</dt><dd><${FindingCounts} of=${group.findings} subject=${group.name} /></dd></div>`}
    </dl>
    ${group.mode === "permissive" && html`<${Programs} group=${group} />`}
    ${isOpen && html`<${Weights} group=${group} done=${() => open(false)} />`}
    ${!group.notRead.length && html`<${SendHundred} group=${group} about=${about} />`}
    ${group.lanes ? html`<${Rows} path=${path} total=${group.lanes} head=${shares ? HEAD : WITHOUT_SHARES} row=${laneRow(ask, false, { told: group.errors, shares })} pick=${lanesOf} label=${`Lanes of ${group.name}`} />` : html`<${Empty}>No lanes yet. A lane is a service tag: the pods that carry one label.</${Empty}>`}
  </section>`;
}

function Found({ filter, total, ask }) {
  if (!total) return html`<${Empty}>No lane is called like that.</${Empty}>`;
  return html`<p class="quiet" role="status">${count(total, "lane")} found</p><${Rows} path=${`/lanes?query=${part(filter)}`} total=${total} head=${HEAD} row=${laneRow(ask, true)} pick=${lanesOf} label="Lanes found" />`;
}

function Strays({ total, from, ask }) {
  if (total <= 0) return null;
  const read = useRead(`/lanes?offset=${from}&limit=${total}`);
  return html`<section class="card"><h2>Lanes without a group</h2><${Read} of=${read}>${(found) => html`<div class="wide"><table class="rows"><thead><tr>${HEAD.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${found.lanes.rows.map(laneRow(ask, true))}</tbody></table></div>`}</${Read}></section>`;
}

export function LanesPage({ query, about }) {
  const [filter, input] = useFilter(query);
  const [removal, ask] = useState(null);
  const read = useRead(`/lanes?limit=1${filter ? `&query=${part(filter)}` : ""}`);
  return html`<div class="row spread"><h1>Lanes</h1><div class="row">${input}<${Link} class="button main" to="/groups/new">Create Swimlane Group</${Link}></div></div><${Written} />
    <${Read} of=${read}>${({ groups, lanes }) => {
      if (filter) return html`<${Found} filter=${filter} total=${lanes.total} ask=${ask} />`;
      const inGroups = groups.reduce((sum, one) => sum + one.lanes, 0);
      return html`${groups.length ? groups.map((group) => html`<${Group} key=${group.name} group=${group} about=${about} ask=${ask} />`) : html`<${Empty}>${about?.misread ? "No lane group was read." : "No lane group yet."} A group names the services whose versions lanes keep apart, and the gateway they are entered by.</${Empty}>`}
        <${Strays} total=${lanes.total - inGroups} from=${inGroups} ask=${ask} />`;
    }}</${Read}>
    ${removal && html`<${Removing} removal=${removal} close=${() => ask(null)} />`}`;
}
