// Every page: its address, its name in the navigation, and what shows it. The first is the one that
// opens; a page with no `to` is reached from others, and `of` names the one it belongs to.

import { LanesPage } from "./lanes.js";

export const pages = [
  { path: /^\/(?:lanes)?$/, to: "/", name: "Lanes", show: LanesPage },
];
