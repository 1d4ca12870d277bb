// The repository that is followed: its commit, what is live of it, and every object.

import { post } from "../api.js";
import { ago, Badge, html, Read, readAgain, Trouble, useRead, useState } from "../view.js";
import { Button, Empty, ObjectLink } from "../parts.js";

const KINDS = { Synced: "good", OutOfSync: "warning", Unknown: "plain", Healthy: "good", Progressing: "warning", Degraded: "error", Missing: "warning", Suspended: "plain" };
const State = ({ of }) => html`<${Badge} kind=${KINDS[of] ?? "plain"}>${of}</${Badge}>`;

const Commit = ({ of }) => html`<code title=${of.id}>${of.id.slice(0, 10)}</code> ${of.subject} <span class="quiet">${of.author.split(" <")[0]}${of.at ? `, ${ago(of.at)}` : ""}</span>`;

function Standing({ status }) {
  const { application, sync, health, live, refused, repository } = status;
  const isOther = sync.revision && sync.revision.id !== live?.revision.id;
  return html`
    <dl class="facts">
      <dt>Application</dt><dd><strong>${application.name}</strong></dd>
      <dt>Follows</dt><dd><span class="mono">${application.repoURL}</span> ${application.targetRevision}, folder <span class="mono">${application.path || "."}</span>${application.automated ? "" : ", by hand"}</dd>
      <dt>State</dt><dd><${State} of=${sync.status} /> <${State} of=${health.status} /> <span class="quiet">${health.message}</span></dd>
      <dt>Live</dt><dd>${live ? html`<${Commit} of=${live.revision} />${live.since ? html`<span class="quiet">; applied ${ago(live.since)}</span>` : ""}` : "nothing is applied yet"}</dd>
      ${isOther && html`<dt>Newest</dt><dd><${Commit} of=${sync.revision} /></dd>`}
      <dt>Asked</dt><dd>${repository.looked ? ago(repository.looked) : "never with success"}</dd>
      ${live?.changed.length > 0 && html`<dt>Changed by it</dt><dd><ul class="plain">${live.changed.map((one) => html`<li class="mono">${one}</li>`)}</ul></dd>`}
    </dl>
    ${refused && html`<div class="note error"><strong>The newest commit is refused; what was good before serves on.</strong><ul class="plain">${refused.reasons.map((one) => html`<li>${one}</li>`)}</ul></div>`}
    ${repository.trouble && html`<div class="note warning"><strong>${repository.isGone ? "What is followed is not there any more" : "The repository could not be asked"}</strong>${repository.findings.length ? repository.findings.map((one) => html`<p>${one.message}. ${one.fix}</p>`) : html`<p>${repository.trouble}</p>`}</div>`}`;
}

const refOf = (one) => `${one.kind} ${one.namespace ? `${one.namespace}/` : ""}${one.name}`;

function Objects({ of }) {
  return html`<h2>Objects</h2><div class="wide" tabindex="0" role="region" aria-label="Objects"><table class="rows"><thead><tr>${["Object", "Sync", "Health", ""].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${of.map((one) => html`<tr key=${refOf(one)}><th scope="row"><${ObjectLink} of=${refOf(one)} /></th><td data-label="Sync"><${State} of=${one.status} /></td><td data-label="Health">${one.health ? html`<${State} of=${one.health.status} />` : html`<span class="quiet">has none</span>`}</td><td class="quiet">${one.requiresPruning ? "is to be pruned" : one.health?.message}</td></tr>`)}</tbody></table></div>`;
}

const APART = { "Argo CD": "Argo CD syncs it; a commit changes it, or its own console.", "laneway sync": "laneway sync applied it; whether all is as it was applied says laneway sync status." };

/** A syncer of a cluster, with what it says of each object. */
function Syncer({ of }) {
  if (!of.by) return html`<section class="card"><h2>Kept by others</h2><p class="quiet">These objects say that a syncer keeps them; what it says of them is not seen here.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Objects kept by others"><table class="rows"><thead><tr><th scope="col">Object</th><th scope="col">Kept by</th></tr></thead><tbody>${of.resources.map((one) => html`<tr key=${refOf(one)}><th scope="row"><${ObjectLink} of=${refOf(one)} /></th><td data-label="Kept by">${one.keptBy}</td></tr>`)}</tbody></table></div></section>`;
  return html`<section class="card"><div class="row"><h2>${of.name}</h2><${State} of=${of.sync} />${of.health && html`<${State} of=${of.health.status} />`}</div>
    <dl class="facts">
      <dt>Syncer</dt><dd>${of.by}, Application <span class="mono">${of.namespace}/${of.name}</span>${of.isAutomated === false ? ", by hand" : ""}</dd>
      <dt>Follows</dt><dd><span class="mono">${of.repository || "not known"}</span>${of.targetRevision && ` ${of.targetRevision}`}${of.folder && html`, folder <span class="mono">${of.folder}</span>`}</dd>
      <dt>Revision</dt><dd>${of.revision ? html`<code title=${of.revision}>${of.revision.slice(0, 10)}</code>` : "none yet"}</dd>
      ${of.health?.message && html`<dt>Health</dt><dd>${of.health.message}</dd>`}
    </dl><p class="quiet">${APART[of.by]}</p><${Objects} of=${of.resources} /></section>`;
}

function Syncers() {
  return html`<h1>Sync</h1><${Read} of=${useRead("/syncers")}>${(found) => (found.length ? found.map((one) => html`<${Syncer} key=${`${one.by} ${one.namespace}/${one.name}`} of=${one} />`) : html`<${Empty}>No syncer keeps an object that is shown here.</${Empty}>`)}</${Read}>`;
}

export function SyncPage({ about }) {
  if (!about) return null;
  if (about.kind === "cluster") return html`<${Syncers} />`;
  if (!about.follows) return html`<h1>Sync</h1><${Empty}>What is shown here follows no repository. A mesh that does is made by <code>laneway sync</code>.</${Empty}>`;
  return html`<${Followed} />`;
}

function Followed() {
  const read = useRead("/sync");
  const [prune, choose] = useState(false);
  const [state, hold] = useState({ isBusy: false, error: null, isDone: false });
  const sync = async () => {
    hold({ isBusy: true, error: null, isDone: false });
    try {
      await post("/sync", { prune });
      hold({ isBusy: false, error: null, isDone: true });
      readAgain();
    } catch (error) {
      hold({ isBusy: false, error, isDone: false });
    }
  };
  return html`<div class="row spread"><h1>Sync</h1><div class="row"><label class="row tight"><input type="checkbox" checked=${prune} onChange=${(event) => choose(event.target.checked)} /> Prune what the commit lacks</label><${Button} class="main" isOff=${state.isBusy} onClick=${sync}>${state.isBusy ? "Syncing…" : "Sync now"}</${Button}></div></div>
    <div aria-live="polite"><${Trouble} error=${state.error} />${state.isDone && html`<p class="note good">The repository was asked, and what is newest was looked at.</p>`}</div>
    <${Read} of=${read}>${(status) => html`<${Standing} status=${status} /><${Objects} of=${status.resources} />`}</${Read}>`;
}
