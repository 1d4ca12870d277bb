// The topology: who calls whom in which lanes, what goes over it now, and the last ten minutes of it.

import { get } from "../api.js";
import { showTopology } from "../topology/topology.js";
import { Empty } from "../parts.js";
import { html, Trouble, useEffect, useRead, useRef, useState } from "../view.js";

/** Return what went over the topology at a second; a second that nobody held is unknown. */
async function frame(second) {
  try {
    return (await get(`/traffic/${second}`)).traffic;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

export function TopologyPage({ about, query }) {
  const place = useRef(null), shown = useRef(null);
  const [why, setWhy] = useState("");
  const [graph, error] = useRead("/topology");
  const runs = about?.kind !== "files";
  useEffect(() => {
    const topology = showTopology(place.current, { frame: runs ? frame : undefined, download: "/api/v1/topology.svg" });
    shown.current = topology;
    const takes = (traffic) => { topology.traffic(traffic); setWhy(traffic.why); };
    const told = ({ detail }) => takes(detail);
    addEventListener("traffic", told);
    if (runs) get("/traffic").then((now) => now.at && takes(now), () => {});
    return () => { removeEventListener("traffic", told); topology.destroy(); shown.current = null; };
  }, [runs]);
  useEffect(() => { if (graph) shown.current?.graph(graph); }, [graph, runs]);
  const lane = query.get("lane");
  useEffect(() => { if (graph && lane) shown.current?.select(lane); }, [graph?.id, lane]);
  return html`<h1>Topology</h1><${Trouble} error=${error} />${graph && !graph.nodes.length && html`<${Empty}>Nobody calls anybody yet: no service is of a lane group, and none was seen to be called.</${Empty}>`}${why && html`<p class="quiet" role="status">${why}</p>`}<div ref=${place} class="topology-place"></div>`;
}
