// A lane group, as the vendor's panel asks for it.

import { html, useEffect, useState } from "../view.js";
import { FormPage, formPath } from "../form_frame.js";
import { Told } from "../edits.js";
import { Choice, Headers, MoveList, Pick, Text, toAdding, Uri } from "../fields.js";

const FIELDS = ["name", "gateway", "mode", "context", "traceHeader", "routeHeader", "services", "strategy", "hosts", "matches", "baseline", "standIns"];
const nameOf = (service) => `${service.namespace}/${service.name}`;
const serviceOf = (name) => ({ namespace: name.split("/")[0], name: name.split("/")[1] });
const standInId = (service) => `stand-in-${service.replace("/", "-")}`;
const labelOf = (name) => `${name.split("/")[1]} (${name.split("/")[0]})`;

function Services({ form, change, told, offers, about }) {
  const [space, filter] = useState("");
  const clusters = offers.clusters.length ? offers.clusters : [about?.name ?? "this mesh"];
  const [picked, pick] = useState("");
  const cluster = clusters.includes(picked) ? picked : clusters[0];
  const selected = form.services.map(nameOf);
  const all = offers.services.filter((one) => !space || one.namespace === space).map(nameOf);
  const taken = new Map(offers.services.filter((one) => one.group && one.group !== form.name).map((one) => [nameOf(one), one.group]));
  return html`<fieldset><legend>Swimlane Services</legend>
    <div class="columns">
      <${Pick} name="cluster" label="Kubernetes Clusters" value=${cluster} options=${clusters.map((one) => [one, one])} choose=${pick} />
      <${Pick} name="namespace" label="Namespace" value=${space} options=${[["", "all namespaces"], ...offers.namespaces.map((one) => [one, one])]} choose=${filter} />
    </div>
    <${MoveList} name="services" label="Services of the group" all=${all} selected=${selected} words=${labelOf} under=${(one) => (taken.has(one) ? `of group ${taken.get(one)}` : "")} change=${(names) => change({ services: names.map(serviceOf) })} told=${told.get("services")} hint=${offers.services.length ? "The lanes of the group keep the versions of these services apart." : "No service was read yet."} />
  </fieldset>`;
}

const CONTEXTS = [["traceId", "Trace ID"], ["customHeader", "Custom header"], ["baggage", "Baggage"], ["correlation", "SkyWalking correlation"]];

/** Lanes that answer at single services in place of the baseline. */
function StandIns({ form, change, told = [], lanes }) {
  const [picked, pick] = useState("");
  const [added, add] = useState("");
  const having = Object.entries(form.standIns);
  const left = form.services.map(nameOf).filter((one) => !(one in form.standIns));
  const next = left.includes(picked) ? picked : left[0];
  const put = (service, lane) => change({ standIns: { ...form.standIns, [service]: lane } });
  const drop = (service) => change({ standIns: Object.fromEntries(having.filter(([name]) => name !== service)) });
  useEffect(() => { if (added) document.getElementById(standInId(added))?.focus(); }, [added]);
  return html`<fieldset class="plain-set"><legend>At single services</legend>
    ${having.map(([service, lane]) => html`<div class="stand-in" key=${service}><label for=${standInId(service)}>${service}</label>
      <input id=${standInId(service)} value=${lane} list="stand-in-lanes" aria-label=${`Stands in at ${service}`} placeholder="lane" autocomplete="off" spellcheck="false" aria-invalid=${told.some((one) => one.level === "error") ? "true" : undefined} aria-describedby="standIns-told" onInput=${(event) => put(service, event.target.value)} />
      <button type="button" class="small" aria-label=${`Nobody stands in at ${service} by itself`} onClick=${(event) => { toAdding(event); drop(service); }}>✕</button></div>`)}
    <datalist id="stand-in-lanes">${lanes.map((one) => html`<option value=${one} />`)}</datalist>
    ${left.length > 0 && html`<div class="row"><select class="adds" aria-label="Service to stand in at" value=${next} onChange=${(event) => pick(event.target.value)}>${left.map((one) => html`<option value=${one} selected=${one === next}>${labelOf(one)}</option>`)}</select><button type="button" class="small" onClick=${() => { put(next, ""); add(next); }}>Add a stand-in</button></div>`}
    <small class="quiet">Another lane than the baseline that answers there for lanes without pods.</small><${Told} id="standIns-told" of=${told} /></fieldset>`;
}

function Permissive({ form, change, told, lanes }) {
  return html`<fieldset><legend>Permissive mode</legend>
    <${Choice} name="context" label="Pass-through Mode of Trace Context" value=${form.context} options=${CONTEXTS} choose=${(context) => change({ context })} told=${told.get("context")} hint="How services carry the lane of a request on." />
    ${form.context === "traceId" && html`<${Text} name="traceHeader" label="Trace ID Request Header" mono=${true} value=${form.traceHeader} type=${(traceHeader) => change({ traceHeader })} told=${told.get("traceHeader")} />`}
    <${Text} name="routeHeader" label="Request Routing Header" mono=${true} value=${form.routeHeader} type=${(routeHeader) => change({ routeHeader })} told=${told.get("routeHeader")} hint="It holds the name of the lane." />
    <${Text} name="baseline" label="Baseline lane" value=${form.baseline} options=${lanes} type=${(baseline) => change({ baseline })} told=${told.get("baseline")} hint="It answers where a lane has no pods." />
    <${StandIns} form=${form} change=${change} told=${told.get("standIns")} lanes=${lanes} />
  </fieldset>`;
}

const EMPTY = { uri: { method: "exact", content: "" }, headers: [] };

function Weighted({ form, change, told }) {
  const put = (at, one) => change({ matches: form.matches.map((old, index) => (index === at ? one : old)) });
  return html`<fieldset><legend>Before the split</legend>
    <${Text} name="hosts" label="Hosts" mono=${true} value=${form.hosts.join(", ")} type=${(text) => change({ hosts: text.split(/[\s,]+/).filter(Boolean) })} told=${told.get("hosts")} hint="Several with commas; * for all." />
    ${form.matches.map((one, at) => html`<div class="card"><${Uri} name=${`matches.${at}.uri`} value=${one.uri} change=${(uri) => put(at, { ...one, uri })} told=${told} /><${Headers} name=${`matches.${at}.headers`} value=${one.headers} change=${(headers) => put(at, { ...one, headers })} told=${told} /><button type="button" class="small" onClick=${() => change({ matches: form.matches.filter((_, index) => index !== at) })}>Take this condition away</button></div>`)}
    <button type="button" class="small" onClick=${() => change({ matches: [...form.matches, EMPTY] })}>Add a condition</button>
  </fieldset>`;
}

export function GroupFormPage({ words, about }) {
  const name = words[0] ?? "";
  return html`<${FormPage} title=${name ? `Lane group ${name}` : "Create Swimlane Group"} path=${formPath("group", name)} fields=${FIELDS} about=${about}>${({ form, change, told, offers, isNew }) => {
    const lanes = offers.groups.find((one) => one.name === form.name)?.lanes ?? [];
    return html`
      <${Text} name="name" label="Name of swim lane group" value=${form.name} required=${true} disabled=${!isNew} type=${(to) => change({ name: to })} told=${told.get("name")} />
      <${Text} name="gateway" label="Entrance gateway" value=${form.gateway} options=${offers.gateways} type=${(gateway) => change({ gateway })} told=${told.get("gateway")} hint="Namespace and name of a Gateway." />
      <${Choice} name="mode" label="Lane Mode" value=${form.mode} options=${[["strict", "Strict"], ["permissive", "Permissive"]]} choose=${(mode) => change({ mode, ...(mode === "permissive" && !form.context ? { context: "customHeader" } : {}) })} told=${told.get("mode")} hint=${form.mode === "strict" ? "Every lane has all services; requests never leave it." : "Lanes may lack services; the baseline stands in."} />
      ${form.mode === "permissive" && html`<${Permissive} form=${form} change=${change} told=${told} lanes=${lanes} />`}
      <${Services} form=${form} change=${change} told=${told} offers=${offers} about=${about} />
      <${Choice} name="strategy" label="How it is entered" value=${form.strategy} options=${[["rule_based", "By entry rules of its lanes"], ["weighted", "By weights of its lanes"]]} choose=${(strategy) => change({ strategy })} told=${told.get("strategy")} />
      ${form.strategy === "weighted" && html`<${Weighted} form=${form} change=${change} told=${told} />`}`;
  }}</${FormPage}>`;
}
