// A lane: its service tag, and which services of its group it has.

import { html } from "../view.js";
import { FormPage, formPath } from "../form_frame.js";
import { Choice, Pick, Text } from "../fields.js";
import { Told } from "../edits.js";

const FIELDS = ["name", "group", "labelName", "labelValue", "services"];
const nameOf = (service) => `${service.namespace}/${service.name}`;

function Services({ form, change, told, group, tag }) {
  const all = group?.services ?? [];
  const having = new Set((tag?.values.find((one) => one.value === form.labelValue)?.services ?? []).map(nameOf));
  const listed = new Set(form.services.map(nameOf));
  const pick = (one, isIn) => change({ services: isIn ? [...form.services, one] : form.services.filter((each) => nameOf(each) !== nameOf(one)) });
  return html`<fieldset><legend>Add Service</legend>
    <${Choice} name="some" label="Services of the lane" value=${form.services.length ? "some" : "all"} options=${[["all", `All of its group (${all.length})`], ["some", "Only these"]]} choose=${(key) => change({ services: key === "all" ? [] : all })} />
    ${all.length > 0 && html`<ul class="ticks">${all.map((one) => html`<li><label class="row tight"><input type="checkbox" disabled=${!form.services.length} checked=${!form.services.length || listed.has(nameOf(one))} onChange=${(event) => pick(one, event.target.checked)} /> ${one.name}(${one.namespace})</label>${form.labelValue && html` <span class="quiet small">${having.has(nameOf(one)) ? "has such pods" : "has no such pod"}</span>`}</li>`)}</ul>`}
    <${Told} id="services-told" of=${told.get("services")} />
  </fieldset>`;
}

export function LaneFormPage({ words, query, about }) {
  const name = words[0] ?? "";
  return html`<${FormPage} title=${name ? `Lane ${name}` : "Create swimlanes"} path=${formPath("lane", name, query.get("group") ?? "")} fields=${FIELDS} about=${about}>${({ form, change, told, offers, isNew }) => {
    const tag = offers.tags.find((one) => one.name === form.labelName);
    const group = offers.groups.find((one) => one.name === form.group);
    return html`
      <${Text} name="name" label="Swimlane Name" value=${form.name} required=${true} disabled=${!isNew} type=${(to) => change({ name: to })} told=${told.get("name")} />
      <${Pick} name="group" label="Lane group" value=${form.group} options=${offers.groups.map((one) => [one.name, `${one.name} (${one.mode})`])} choose=${(to) => change({ group: to })} told=${told.get("group")} hint=${offers.groups.length ? "" : "There is no lane group yet: create one first."} />
      <fieldset><legend>Configure Service Tag</legend><div class="columns">
        <${Text} name="labelName" label="Label name" mono=${true} value=${form.labelName} options=${offers.tags.map((one) => one.name)} type=${(labelName) => change({ labelName })} told=${told.get("labelName")} hint=${tag && !tag.isCommon ? "Not all services have this label." : ""} />
        <${Text} name="labelValue" label="Label value" mono=${true} value=${form.labelValue} options=${(tag?.values ?? []).map((one) => one.value)} type=${(labelValue) => change({ labelValue })} told=${told.get("labelValue")} hint="Pods that carry it are of the lane." />
      </div></fieldset>
      <${Services} form=${form} change=${change} told=${told} group=${group} tag=${tag} />`;
  }}</${FormPage}>`;
}
