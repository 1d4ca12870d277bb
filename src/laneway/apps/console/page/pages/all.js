// Every page: its address, its name in the navigation, and what shows it. The first is the one that
// opens; a page with no `to` is reached from others, and `of` names the one it belongs to.

import { CostPage } from "./cost.js";
import { ExplainPage } from "./explain.js";
import { LanesPage } from "./lanes.js";
import { ProofPage } from "./proof.js";
import { TopologyPage } from "./topology.js";

export const pages = [
  { path: /^\/(?:lanes)?$/, to: "/", name: "Lanes", show: LanesPage },
  { path: /^\/topology$/, to: "/topology", name: "Topology", show: TopologyPage },
  { path: /^\/explain$/, to: "/explain", name: "Explain", show: ExplainPage },
  { path: /^\/proof$/, to: "/proof", name: "Proof", show: ProofPage },
  { path: /^\/cost$/, to: "/cost", name: "Cost", show: CostPage },
];
