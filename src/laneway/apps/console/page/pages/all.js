// Every page: its address, its name in the navigation, and what shows it. The first is the one that
// opens; a page with no `to` is reached from others, and `of` names the one it belongs to.

import { html, Link } from "../view.js";
import { CostPage } from "./cost.js";
import { DoctorPage } from "./doctor.js";
import { ExplainPage } from "./explain.js";
import { GroupFormPage } from "./group_form.js";
import { LaneFormPage } from "./lane_form.js";
import { LanesPage } from "./lanes.js";
import { NamespacesPage } from "./namespaces.js";
import { ProofPage } from "./proof.js";
import { ReleasePage } from "./release.js";
import { ResourcePage, ResourcesPage } from "./resources.js";
import { RuleFormPage, RulesPage } from "./rule_form.js";
import { SyncPage } from "./sync.js";
import { TopologyPage } from "./topology.js";

function NowherePage() {
  return html`<h1>There is no such page</h1><p>The address may be of another version of the console, or was cut off on its way. <${Link} to="/">Lanes</${Link}> are where everything begins.</p>`;
}

/** What is shown at an address that no page has. */
export const nowhere = { name: "No such page", show: NowherePage };

export const pages = [
  { path: /^\/(?:lanes)?$/, to: "/", name: "Lanes", show: LanesPage },
  { path: /^\/groups\/new$/, name: "Create Swimlane Group", of: "Lanes", show: GroupFormPage },
  { path: /^\/groups\/([^/]+)\/edit$/, name: "Lane group", of: "Lanes", show: GroupFormPage },
  { path: /^\/lanes\/new$/, name: "Create swimlanes", of: "Lanes", show: LaneFormPage },
  { path: /^\/lanes\/([^/]+)\/edit$/, name: "Lane", of: "Lanes", show: LaneFormPage },
  { path: /^\/lanes\/([^/]+)\/rules$/, name: "Ingress traffic rules", of: "Lanes", show: RulesPage },
  { path: /^\/lanes\/([^/]+)\/rules\/(new|\d+)$/, name: "Ingress traffic rule", of: "Lanes", show: RuleFormPage },
  { path: /^\/topology$/, to: "/topology", name: "Topology", show: TopologyPage },
  { path: /^\/explain$/, to: "/explain", name: "Explain", show: ExplainPage },
  { path: /^\/doctor$/, to: "/doctor", name: "Doctor", show: DoctorPage },
  { path: /^\/proof$/, to: "/proof", name: "Proof", show: ProofPage },
  { path: /^\/cost$/, to: "/cost", name: "Cost", show: CostPage },
  { path: /^\/sync$/, to: "/sync", name: "Sync", show: SyncPage, when: (about) => Boolean(about?.follows || about?.syncers) },
  { path: /^\/release$/, to: "/release", name: "Release", show: ReleasePage, when: (about) => (about?.releases ?? 0) > 0 },
  { path: /^\/resources$/, to: "/resources", name: "Resources", show: ResourcesPage },
  { path: /^\/resources\/([^/]+)\/([^/]+)\/([^/]+)$/, name: "Resource", of: "Resources", show: ResourcePage },
  { path: /^\/namespaces$/, to: "/namespaces", name: "Namespaces", show: NamespacesPage },
];
