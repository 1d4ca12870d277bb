// Groups and their lanes.

import { html, Read, useRead } from "../view.js";

export function LanesPage() {
  const mesh = useRead("/mesh");
  return html`<h1>Lanes</h1><${Read} of=${mesh}>${(found) => html`<pre>${JSON.stringify(found.groups ?? [], null, 2)}</pre>`}</${Read}>`;
}
