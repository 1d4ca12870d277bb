// Every page: its address, its name in the navigation, and what shows it. The first is the one that
// opens; a page with no `to` is reached from others, and `of` names the one it belongs to. All but the
// first are loaded when they are gone to, so that what opens is small.

import { html, later, Link } from "../view.js";
import { LanesPage } from "./lanes.js";

function NowherePage() {
  return html`<h1>There is no such page</h1><p>The address may be of another version of the console, or was cut off on its way. <${Link} to="/">Lanes</${Link}> are where everything begins.</p>`;
}

/** What is shown at an address that no page has. */
export const nowhere = { name: "No such page", show: NowherePage };

export const pages = [
  { path: /^\/(?:lanes)?$/, to: "/", name: "Lanes", show: LanesPage },
  { path: /^\/groups\/new$/, name: "Create Swimlane Group", of: "Lanes", show: later(() => import("./group_form.js"), "GroupFormPage") },
  { path: /^\/groups\/([^/]+)\/edit$/, name: "Lane group", of: "Lanes", show: later(() => import("./group_form.js"), "GroupFormPage") },
  { path: /^\/lanes\/new$/, name: "Create swimlanes", of: "Lanes", show: later(() => import("./lane_form.js"), "LaneFormPage") },
  { path: /^\/lanes\/([^/]+)\/edit$/, name: "Lane", of: "Lanes", show: later(() => import("./lane_form.js"), "LaneFormPage") },
  { path: /^\/lanes\/([^/]+)\/rules$/, name: "Ingress traffic rules", of: "Lanes", show: later(() => import("./rule_form.js"), "RulesPage") },
  { path: /^\/lanes\/([^/]+)\/rules\/(new|\d+)$/, name: "Ingress traffic rule", of: "Lanes", show: later(() => import("./rule_form.js"), "RuleFormPage") },
  { path: /^\/topology$/, to: "/topology", name: "Topology", show: later(() => import("./topology.js"), "TopologyPage") },
  { path: /^\/explain$/, to: "/explain", name: "Explain", show: later(() => import("./explain.js"), "ExplainPage") },
  { path: /^\/doctor$/, to: "/doctor", name: "Doctor", show: later(() => import("./doctor.js"), "DoctorPage") },
  { path: /^\/proof$/, to: "/proof", name: "Proof", show: later(() => import("./proof.js"), "ProofPage") },
  { path: /^\/cost$/, to: "/cost", name: "Cost", show: later(() => import("./cost.js"), "CostPage") },
  { path: /^\/sync$/, to: "/sync", name: "Sync", show: later(() => import("./sync.js"), "SyncPage"), when: (about) => Boolean(about?.follows || about?.syncers) },
  { path: /^\/release$/, to: "/release", name: "Release", show: later(() => import("./release.js"), "ReleasePage"), when: (about) => (about?.releases ?? 0) > 0 },
  { path: /^\/resources$/, to: "/resources", name: "Resources", show: later(() => import("./resources.js"), "ResourcesPage") },
  { path: /^\/resources\/([^/]+)\/([^/]+)\/([^/]+)$/, name: "Resource", of: "Resources", show: later(() => import("./resources.js"), "ResourcePage") },
  { path: /^\/namespaces$/, to: "/namespaces", name: "Namespaces", show: later(() => import("./namespaces.js"), "NamespacesPage") },
];
