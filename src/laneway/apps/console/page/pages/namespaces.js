// Namespaces: whether pods get a sidecar there, and which have none.

import { part, put } from "../api.js";
import { Badge, html, Link, Read, readAgain, Trouble, useRead, useState } from "../view.js";
import { count, Dialog, Empty, ObjectLink } from "../parts.js";
import { Injecting } from "../injecting.js";
import { Written } from "../edits.js";

const INJECTION = { on: ["good", "on"], off: ["warning", "off"], unknown: ["plain", "not known"] };
const MOST = 8;
const ENABLE = "Enable Automatic Sidecar Injection", DISABLE = "Disable it";

function Lacking({ of }) {
  if (!of.length) return html`<span class="quiet">none</span>`;
  const one = (pod) => html`<li><${ObjectLink} of=${`${pod.object.kind} ${pod.object.namespace}/${pod.object.name}`}>${pod.object.name}</${ObjectLink}>${pod.pods !== 1 && ` (${pod.pods})`} <span class="quiet">${pod.why}</span></li>`;
  return html`<ul class="plain">${of.slice(0, MOST).map(one)}</ul>${of.length > MOST && html`<details><summary>${of.length - MOST} more</summary><ul class="plain">${of.slice(MOST).map(one)}</ul></details>`}`;
}

/** The switch of a namespace that is an object of a cluster, for whoever may write it. */
function Switch({ one }) {
  const [may] = useRead(`/namespaces/${part(one.name)}/injection`);
  const [isAsked, ask] = useState(false);
  const [state, hold] = useState({ error: null, note: "" });
  const on = one.injection.state !== "on";
  const words = on ? ENABLE : DISABLE;
  const change = async () => {
    ask(false);
    try {
      hold({ error: null, note: (await put(`/namespaces/${part(one.name)}/injection`, { on })).note });
      readAgain();
    } catch (error) {
      hold({ error, note: "" });
    }
  };
  if (!may) return null;
  if (!may.may) return html`<div class="quiet small">${may.why}</div>`;
  return html`<div><button type="button" class="small" onClick=${() => ask(true)}>${words}</button></div><div aria-live="polite"><${Trouble} error=${state.error} />${state.note && html`<p class="small">${state.note}</p>`}</div>
    ${isAsked && html`<${Dialog} title=${`${words}: ${one.name}`} close=${() => ask(false)}><p>${on ? "Pods that start from now on get a sidecar." : "Pods that start from now on get no sidecar, and lanes do not hold for them."}</p><div class="row end"><button type="button" onClick=${() => ask(false)}>Cancel</button><button type="button" class="main" onClick=${change}>OK</button></div></${Dialog}>`}`;
}

/** The switch of a namespace that a file holds. */
function WrittenSwitch({ one }) {
  const [isAsked, ask] = useState(false);
  const on = one.injection.state !== "on";
  const words = on ? ENABLE : DISABLE;
  return html`<div><button type="button" class="small" onClick=${() => ask(true)}>${words}</button></div>
    ${isAsked && html`<${Injecting} name=${one.name} on=${on} title=${`${words}: ${one.name}`} close=${() => ask(false)} />`}`;
}

function Row({ one, about }) {
  const [kind, words] = INJECTION[one.injection.state] ?? ["plain", one.injection.state];
  return html`<tr>
    <th scope="row">${one.place ? html`<${ObjectLink} of=${`Namespace ${one.name}`}>${one.name}</${ObjectLink}>` : one.name}</th>
    <td data-label="Sidecar injection"><${Badge} kind=${kind}>${words}</${Badge}>${one.injection.revision && ` revision ${one.injection.revision}`}<div class="quiet small">${one.injection.why}</div>${about?.kind === "cluster" && html`<${Switch} one=${one} />`}${about?.kind !== "cluster" && about?.edits && one.place && html`<${WrittenSwitch} one=${one} />`}</td>
    <td data-label="Pods">${count(one.pods.total, "pod")}, ${one.pods.ready} ready</td>
    <td data-label="Without a sidecar"><${Lacking} of=${one.withoutSidecar} /></td>
    <td data-label="Services">${count(one.services.length, "service")}${one.groups.length > 0 && html`, groups ${one.groups.map((name, at) => html`${at > 0 && ", "}<${Link} to=${`/?filter=${part(name)}`}>${name}</${Link}>`)}`}</td>
  </tr>`;
}

export function NamespacesPage({ about }) {
  return html`<h1>Namespaces</h1><p class="lead">Routes of lanes are followed by sidecars: a pod without one calls as it likes.</p><${Written} />
    <${Read} of=${useRead("/namespaces")}>${(found) => (found.length ? html`<div class="wide" tabindex="0" role="region" aria-label="Namespaces"><table class="rows"><thead><tr>${["Namespace", "Automatic Sidecar Injection", "Pods", "Without a sidecar", "Services"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${found.map((one) => html`<${Row} key=${one.name} one=${one} about=${about} />`)}</tbody></table></div>` : html`<${Empty}>The input speaks of no namespace.</${Empty}>`)}</${Read}>`;
}
