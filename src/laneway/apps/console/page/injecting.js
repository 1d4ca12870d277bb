// The switch of a namespace that is written in a file: an edit like any other, seen before it is made.

import { part } from "./api.js";
import { go, html, Read, Trouble, useRead, useState } from "./view.js";
import { Dialog } from "./parts.js";
import { canInsist, Conflict, Preview, useApply, usePreview } from "./edits.js";

function Seen({ shown, on, close }) {
  const [begun] = useState(shown);
  const [despiteErrors, insist] = useState(false);
  const edit = { form: { ...begun.form, on }, shown: begun, file: "", despiteErrors };
  const { preview, conflict, error, isAsked } = usePreview(edit);
  const [apply, state] = useApply((written) => { close(); go(location.pathname + location.search, { replaces: true, written }); });
  const errors = (preview?.findings ?? []).filter((one) => one.level === "error" && one.isNew);
  const found = conflict ?? state.conflict;
  return html`<${Trouble} error=${error ?? state.error} />${found && html`<${Conflict} of=${found} />`}
    <${Preview} of=${preview} rest=${preview?.findings ?? []} isAsked=${isAsked} isShort=${true} />
    ${errors.length > 0 && canInsist(preview) && html`<label class="row"><input type="checkbox" checked=${despiteErrors} onChange=${(event) => insist(event.target.checked)} /> Write it in spite of the errors</label>`}
    <div class="row end"><button type="button" onClick=${close}>Cancel</button><button type="button" class="main" disabled=${state.isBusy || isAsked || !preview || preview.isRefused || Boolean(found)} onClick=${() => apply(edit)}>OK</button></div>`;
}

export function Injecting({ name, on, title, close }) {
  return html`<${Dialog} title=${title} close=${close}>
    <p>${on ? "Its pods get a sidecar." : "Its pods get no sidecar, and lanes do not hold for them."}</p>
    <${Read} of=${useRead(`/forms/injection/of/${part(name)}`)}>${(shown) => html`<${Seen} shown=${shown} on=${on} close=${close} />`}</${Read}></${Dialog}>`;
}
