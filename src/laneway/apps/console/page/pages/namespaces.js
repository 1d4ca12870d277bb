// Namespaces: whether pods get a sidecar there, and which have none.

import { Badge, html, Link, Read, useRead } from "../view.js";
import { count, Empty, ObjectLink } from "../parts.js";
import { part } from "../api.js";

const INJECTION = { on: ["good", "on"], off: ["warning", "off"], unknown: ["plain", "not known"] };
const MOST = 8;

function Lacking({ of }) {
  if (!of.length) return html`<span class="quiet">none</span>`;
  const one = (pod) => html`<li><${ObjectLink} of=${`${pod.object.kind} ${pod.object.namespace}/${pod.object.name}`}>${pod.object.name}</${ObjectLink}>${pod.pods !== 1 && ` (${pod.pods})`} <span class="quiet">${pod.why}</span></li>`;
  return html`<ul class="plain">${of.slice(0, MOST).map(one)}</ul>${of.length > MOST && html`<details><summary>${of.length - MOST} more</summary><ul class="plain">${of.slice(MOST).map(one)}</ul></details>`}`;
}

function Row({ one }) {
  const [kind, words] = INJECTION[one.injection.state] ?? ["plain", one.injection.state];
  return html`<tr>
    <th scope="row">${one.place ? html`<${ObjectLink} of=${`Namespace ${one.name}`}>${one.name}</${ObjectLink}>` : one.name}</th>
    <td data-label="Sidecar injection"><${Badge} kind=${kind}>${words}</${Badge}>${one.injection.revision && ` revision ${one.injection.revision}`}<div class="quiet small">${one.injection.why}</div></td>
    <td data-label="Pods">${count(one.pods.total, "pod")}, ${one.pods.ready} ready</td>
    <td data-label="Without a sidecar"><${Lacking} of=${one.withoutSidecar} /></td>
    <td data-label="Services">${count(one.services.length, "service")}${one.groups.length > 0 && html`, groups ${one.groups.map((name, at) => html`${at > 0 && ", "}<${Link} to=${`/?filter=${part(name)}`}>${name}</${Link}>`)}`}</td>
  </tr>`;
}

export function NamespacesPage() {
  return html`<h1>Namespaces</h1><p class="lead">Routes of lanes are followed by sidecars: a pod without one calls as it likes.</p>
    <${Read} of=${useRead("/namespaces")}>${(found) => (found.length ? html`<div class="wide" tabindex="0" role="region" aria-label="Namespaces"><table class="rows"><thead><tr>${["Namespace", "Automatic Sidecar Injection", "Pods", "Without a sidecar", "Services"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${found.map((one) => html`<${Row} key=${one.name} one=${one} />`)}</tbody></table></div>` : html`<${Empty}>The input speaks of no namespace.</${Empty}>`)}</${Read}>`;
}
