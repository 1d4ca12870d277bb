// Fields of forms: a label, a control, and what is told of it below.

import { html, useState } from "./view.js";
import { Told } from "./edits.js";
import { Button } from "./parts.js";

const known = (found) => (found ?? []).filter((one) => one.level !== "info");

/** What a control says of itself to assistive technology: whether it is wrong, and where that is told. */
function spoken(name, told) {
  const id = name.replaceAll(".", "-");
  return { id, "aria-invalid": known(told).some((one) => one.level === "error") ? "true" : undefined, "aria-describedby": `${id}-told` };
}

/** A labelled text field, with what can be chosen if it is not typed. */
export function Text({ name, label, hint, value, type, told, options, required = false, disabled = false, mono = false }) {
  const attributes = spoken(name, told);
  return html`<div class="field"><label for=${attributes.id}>${label}</label>
    <input ...${attributes} class=${mono ? "mono" : ""} value=${value} list=${options?.length ? `${attributes.id}-known` : undefined} required=${required} disabled=${disabled} autocomplete="off" spellcheck="false" onInput=${(event) => type(event.target.value)} />
    ${options?.length > 0 && html`<datalist id=${`${attributes.id}-known`}>${options.map((one) => html`<option value=${one} />`)}</datalist>`}
    ${hint && html`<small class="quiet">${hint}</small>`}<${Told} id=${`${attributes.id}-told`} of=${known(told)} /></div>`;
}

/** A choice of a few, in words. */
export function Choice({ name, label, hint, value, choose, told, options }) {
  const attributes = spoken(name, told);
  return html`<fieldset class="plain-set" aria-describedby=${attributes["aria-describedby"]}><legend>${label}</legend>
    <div class="choices">${options.map(([key, words]) => html`<label class="row tight"><input type="radio" name=${name} checked=${value === key} onChange=${() => choose(key)} /> ${words}</label>`)}</div>
    ${hint && html`<small class="quiet">${hint}</small>`}<${Told} id=${`${attributes.id}-told`} of=${known(told)} /></fieldset>`;
}

/** One of a list. */
export function Pick({ name, label, hint, value, choose, told, options }) {
  const attributes = spoken(name, told);
  const all = options.some(([key]) => key === value) ? options : [[value, value || "choose one"], ...options];
  return html`<div class="field"><label for=${attributes.id}>${label}</label>
    <select ...${attributes} value=${value} onChange=${(event) => choose(event.target.value)}>${all.map(([key, words]) => html`<option value=${key} selected=${key === value}>${words}</option>`)}</select>
    ${hint && html`<small class="quiet">${hint}</small>`}<${Told} id=${`${attributes.id}-told`} of=${known(told)} /></div>`;
}

const chosen = (list) => [...list.selectedOptions].map((one) => one.value);

/** A list to pick from; what `under` names a heading of stands below that, behind all the others. */
function List({ id, label, of, words, under = () => "", pick, move }) {
  const option = (one) => html`<option value=${one}>${words(one)}</option>`;
  const headings = [...new Set(of.map(under))].filter(Boolean);
  const options = [...of.filter((one) => !under(one)).map(option), ...headings.map((name) => html`<optgroup label=${name}>${of.filter((one) => under(one) === name).map(option)}</optgroup>`)];
  return html`<div><label for=${id}>${label}</label><select id=${id} multiple size="7" onChange=${(event) => pick(chosen(event.target))} onDblClick=${move} onKeyDown=${(event) => { if (event.key === "Enter") { event.preventDefault(); move(); } }}>${options}</select></div>`;
}

/** Two lists with buttons between: what there is, and what is selected. */
export function MoveList({ name, label, all, selected, change, words = (one) => one, under, told, hint }) {
  const [left, pickLeft] = useState([]);
  const [right, pickRight] = useState([]);
  const rest = all.filter((one) => !selected.includes(one));
  const free = rest.filter((one) => !under?.(one)); // what is somebody else's is added by itself alone
  const add = (these) => { change([...selected, ...these.filter((one) => !selected.includes(one))]); pickLeft([]); };
  const drop = (these) => { change(selected.filter((one) => !these.includes(one))); pickRight([]); };
  const { id } = spoken(name, told);
  return html`<fieldset class="plain-set"><legend>${label}</legend>
    <div class="move">
      <${List} id=${`${id}-all`} label="Services" of=${rest} words=${words} under=${under} pick=${pickLeft} move=${() => add(left)} />
      <div class="buttons"><${Button} isOff=${!left.length} onClick=${() => add(left)} aria-label="Move to selected">Add ▸</${Button}><${Button} isOff=${!free.length} onClick=${() => add(free)}>Add all</${Button}><${Button} isOff=${!right.length} onClick=${() => drop(right)} aria-label="Move out of selected">◂ Take out</${Button}></div>
      <${List} id=${`${id}-selected`} label="Selected" of=${selected} words=${words} pick=${pickRight} move=${() => drop(right)} />
    </div>
    ${hint && html`<small class="quiet">${hint}</small>`}<${Told} id=${`${id}-told`} of=${known(told)} /></fieldset>`;
}

/** Give the focus of a row that goes to the button that adds one. */
export const toAdding = ({ target }) => target.closest("fieldset").querySelector(".adds")?.focus();

const WAYS = [["exact", "Exact"], ["prefix", "Prefix"], ["regex", "Regex"]];

/** A condition on the path. */
export function Uri({ name, value, change, told }) {
  return html`<fieldset class="plain-set"><legend>Matching request URI</legend><div class="uri">
    <${Pick} name=${`${name}.method`} label="Method" value=${value.method} options=${WAYS} choose=${(method) => change({ ...value, method })} />
    <${Text} name=${`${name}.content`} label="Content" value=${value.content} mono=${true} type=${(content) => change({ ...value, content })} told=${told.get(`${name}.content`)} hint="Empty for every path." /></div></fieldset>`;
}

const HEADER_WAYS = [...WAYS, ["present", "Is there"]];

/** Conditions on headers. */
export function Headers({ name, value, change, told }) {
  const put = (at, one) => change(value.map((old, index) => (index === at ? one : old)));
  return html`<fieldset class="plain-set"><legend>Header matches</legend>
    ${value.map((one, at) => html`<div class="header-row">
      <input class="mono" aria-label=${`Name of header ${at + 1}`} value=${one.name} placeholder="name" onInput=${(event) => put(at, { ...one, name: event.target.value })} />
      <select aria-label=${`Method of header ${at + 1}`} value=${one.method} onChange=${(event) => put(at, { ...one, method: event.target.value })}>${HEADER_WAYS.map(([key, words]) => html`<option value=${key} selected=${key === one.method}>${words}</option>`)}</select>
      <input class="mono" aria-label=${`Value of header ${at + 1}`} value=${one.value} disabled=${one.method === "present"} placeholder="value" onInput=${(event) => put(at, { ...one, value: event.target.value })} />
      <button type="button" class="small" onClick=${(event) => { toAdding(event); change(value.filter((_, index) => index !== at)); }} aria-label=${`Take header ${one.name || at + 1} away`}>✕</button></div>
      <${Told} id=${`${name}-${at}-told`} of=${[...known(told.get(`${name}.${at}.name`)), ...known(told.get(`${name}.${at}.value`))]} />`)}
    <button type="button" class="small adds" onClick=${() => change([...value, { name: "", method: "exact", value: "" }])}>Add a header</button>
    <${Told} id=${`${name}-told`} of=${known(told.get(name))} /></fieldset>`;
}
