// The frame of a form: its fields beside what it would become, applied or put back to what is there.

import { get, part } from "./api.js";
import { go, html, Read, Trouble, useEffect, useRead, useRef, useState } from "./view.js";
import { Empty } from "./parts.js";
import { atFields, canInsist, Conflict, isTracked, Preview, useApply, usePreview, Way } from "./edits.js";
import { Text } from "./fields.js";

/** Read once what a form begins with: what it shows of an object, or what a new one has. */
function useBeginning(path) {
  const [state, hold] = useState([undefined, null]);
  useEffect(() => { hold([undefined, null]); if (path) get(path).then((found) => hold([found, null]), (error) => hold([undefined, error])); }, [path]);
  return state;
}

/**
 * Findings count once a person has been at their field, or has tried to apply. Those about no field
 * wait for a name: an object without one makes its file unreadable, and all in it is told of.
 */
function toldOf(findings, fields, touched, { name, isTried }) {
  const found = atFields(findings, fields);
  if (isTried) return found;
  return new Map([...found].filter(([field]) => (field === "" ? name !== "" : touched.has(field.split(".")[0]))));
}

function Filled({ begun, fields, children, back, offers }) {
  const isNew = begun.version === undefined;
  const [shown, show] = useState(isNew ? null : begun);
  const [form, fill] = useState(begun.form);
  const [file, place] = useState(begun.file ?? "");
  const [touched, touch] = useState(new Set());
  const [isTried, tries] = useState(false);
  const [despiteErrors, insist] = useState(false);
  const [isWanted, want] = useState(false);
  const frame = useRef(null);
  const edit = { form, shown, file: isNew ? file : "", despiteErrors };
  const { preview, conflict, way, error, isAsked } = usePreview(edit);
  const [apply, state, forget] = useApply((written) => go(back, { written }));
  const change = (more) => { want(false); fill({ ...form, ...more }); touch(new Set([...touched, ...Object.keys(more)])); };
  const take = (now) => { show(now); fill(now.form); touch(new Set()); tries(false); forget(); };
  const names = [...fields, "file"];
  const told = toldOf(preview?.findings, names, touched, { name: form.name, isTried });
  const errors = (preview?.findings ?? []).filter((one) => one.level === "error" && one.isNew);
  const found = conflict ?? state.conflict;
  const submit = (event) => {
    event.preventDefault();
    if (state.isBusy) return;
    tries(true);
    want(true);
  };
  useEffect(() => {
    if (!isWanted || isAsked || state.isBusy) return; // whoever applies at once waits for what it would be
    want(false);
    if (preview && !preview.isRefused && !error && !found) apply(edit);
    else frame.current?.querySelector('[aria-invalid="true"], .despite input')?.focus();
  }, [isWanted, isAsked, state.isBusy]);
  return html`<form class="form" ref=${frame} onSubmit=${submit} noValidate>
    <div>
      ${shown?.reason && html`<p class="note">This form does not show all of it: ${shown.reason} stays as it is.</p>`}
      ${children({ form, change, told, offers, isNew })}
      ${isNew && form.kind !== "rule" && html`<${Text} name="file" label="File" value=${file} mono=${true} options=${offers.files} type=${(to) => { place(to); touch(new Set([...touched, "file"])); }} told=${told.get("file")} hint=${offers.files.includes(file) ? "It is added at the end of this file." : "This file is made."} />`}
      ${!isNew && html`<p class="quiet">Written in <span class="mono">${shown?.file}</span></p>`}
      <${Trouble} error=${state.error ?? error} />${found && html`<${Conflict} of=${found} take=${take} />`}
      ${isTried && errors.length > 0 && canInsist(preview) && html`<label class="row despite"><input type="checkbox" checked=${despiteErrors} onChange=${(event) => insist(event.target.checked)} /> Write it in spite of ${errors.length === 1 ? "the error" : `the ${errors.length} errors`}</label>`}
      <${Way} of=${way} preview=${preview} />
      <div class="row">${!isTracked(preview) && html`<button type="submit" class="main" aria-disabled=${isWanted || state.isBusy ? "true" : undefined}>${isWanted || state.isBusy ? "Applying…" : "Apply"}</button>`}<button type="button" onClick=${() => go(back)}>Cancel</button></div>
    </div>
    <aside aria-label="What it becomes"><${Preview} of=${preview} rest=${told.get("") ?? []} isAsked=${isAsked} /></aside>
  </form>`;
}

/** A page with a form. `fields` are those that findings are told at, `children` makes the fields. */
export function FormPage({ title, path, fields, back = "/", about, children }) {
  const begun = useBeginning(about?.edits ? path : null);
  const offers = useRead(about?.edits ? "/offers" : null);
  if (about && !about.edits) return html`<h1>${title}</h1><${Empty}>${about.whyNoEdits || "Nothing is edited here."}</${Empty}>`;
  return html`<h1>${title}</h1><${Read} of=${begun}>${(form) => html`<${Read} of=${offers}>${(known) => html`<${Filled} key=${path} begun=${form} fields=${fields} back=${back} offers=${known} children=${children} />`}</${Read}>`}</${Read}>`;
}

/** The path of an object's form, or of a new one. */
export const formPath = (kind, name, of = "") => (name ? `/forms/${kind}/of/${part(name)}` : `/forms/${kind}/new${of ? `?of=${part(of)}` : ""}`);
