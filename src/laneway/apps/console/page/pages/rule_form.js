// The entry rules of a lane, and one of them as a form: the header of the lane is filled in, and may
// be taken away.

import { part } from "../api.js";
import { Badge, html, Link, Read, useRead, useState } from "../view.js";
import { FormPage } from "../form_frame.js";
import { Choice, Headers, Text, Uri } from "../fields.js";
import { Empty, ObjectLink } from "../parts.js";
import { Written } from "../edits.js";
import { Removing } from "../removing.js";

const FIELDS = ["lane", "service", "port", "ruleName", "host", "uri.content", "headers", "headers.0.name", "headers.0.value", "headers.1.name", "headers.1.value", "headers.2.name", "headers.2.value", "headers.3.name", "headers.3.value", "online"];
const spelled = (rule) => [rule.uri.content && `path ${rule.uri.method} ${rule.uri.content}`, ...rule.headers.map((one) => `${one.name} ${one.method === "present" ? "is there" : `${one.method} ${one.value}`}`)].filter(Boolean);

function Rule({ shown, ask }) {
  const rule = shown.form;
  return html`<tr><th scope="row">${rule.ruleName || "unnamed"} ${!rule.online && html`<${Badge}>off</${Badge}>`}</th><td class="mono" data-label="Realm name">${rule.host.join(", ") || "*"}</td><td data-label="Requests with">${spelled(rule).map((one) => html`<div class="mono">${one}</div>`)}</td><td class="mono" data-label="Ingress service">${rule.service}${rule.port ? `:${rule.port}` : ""}</td>
    <td><div class="row tight"><${Link} class="button small" to=${`/lanes/${part(rule.lane)}/rules/${shown.position}`}>Edit</${Link}><button type="button" class="small" onClick=${() => ask({ what: "rule", name: rule.lane, rule: shown.position, said: `${rule.ruleName} of lane ${rule.lane}`, shown })}>Remove</button></div></td></tr>`;
}

export function RulesPage({ words, about }) {
  const lane = words[0];
  const [removal, ask] = useState(null);
  const read = useRead(!about?.edits ? null : `/forms/rules/${part(lane)}`);
  if (about?.edits === "") return html`<h1>Ingress traffic rules of ${lane}</h1><${Empty}>${about.whyNoEdits} The rules stand in <${ObjectLink} of=${`ASMSwimLane ${lane}`} />.</${Empty}>`;
  return html`<div class="row spread"><h1>Ingress traffic rules of ${lane}</h1>${read[0] && html`<${Link} class="button main" to=${`/lanes/${part(lane)}/rules/new`}>Add drainage rule</${Link}>`}</div><${Written} />
    <${Read} of=${read}>${({ rules }) => (rules.length ? html`<div class="wide"><table class="rows"><thead><tr><th scope="col">Name</th><th scope="col">Realm name</th><th scope="col">Requests with</th><th scope="col">Ingress service</th><td></td></tr></thead><tbody>${rules.map((one) => html`<${Rule} shown=${one} ask=${ask} />`)}</tbody></table></div>` : html`<${Empty}>No request enters lane ${lane} by a rule yet.</${Empty}>`)}</${Read}>
    ${removal && html`<${Removing} removal=${removal} close=${() => ask(null)} />`}`;
}

export function RuleFormPage({ words, about }) {
  const [lane, position] = words;
  const isNew = position === "new";
  const path = isNew ? `/forms/rule/new?of=${part(lane)}` : `/forms/rule/of/${part(lane)}?position=${position}`;
  return html`<${FormPage} title=${isNew ? "Add drainage rule" : `Rule of lane ${lane}`} path=${path} fields=${FIELDS} about=${about} back=${`/lanes/${part(lane)}/rules`}>${({ form, change, told, offers }) => {
    const group = offers.groups.find((one) => one.lanes.includes(form.lane));
    const own = new Set((group?.services ?? []).map((one) => `${one.namespace}/${one.name}`));
    const hosts = offers.services.filter((one) => own.has(`${one.namespace}/${one.name}`)).map((one) => one.host);
    return html`
      <${Text} name="service" label="Ingress service" mono=${true} value=${form.service} options=${hosts} type=${(service) => change({ service })} told=${told.get("service")} hint="The service that requests enter by." />
      <fieldset><legend>Ingress traffic rules</legend><div class="columns">
        <${Text} name="ruleName" label="Name" value=${form.ruleName} type=${(ruleName) => change({ ruleName })} told=${told.get("ruleName")} />
        <${Text} name="host" label="Realm name" mono=${true} value=${form.host.join(", ")} type=${(text) => change({ host: text.split(/[\s,]+/).filter(Boolean) })} told=${told.get("host")} hint="Hosts with commas; * for all." /></div>
        <${Uri} name="uri" value=${form.uri} change=${(uri) => change({ uri })} told=${told} />
        <${Headers} name="headers" value=${form.headers} change=${(headers) => change({ headers })} told=${told} />
        <div class="columns"><${Text} name="port" label="Port" value=${form.port ?? ""} type=${(text) => change({ port: /^\d+$/.test(text) ? Number(text) : null })} told=${told.get("port")} hint="Only where the service has several." />
        <${Choice} name="online" label="State" value=${form.online ? "on" : "off"} options=${[["on", "On"], ["off", "Off"]]} choose=${(key) => change({ online: key === "on" })} told=${told.get("online")} /></div>
      </fieldset>`;
  }}</${FormPage}>`;
}
