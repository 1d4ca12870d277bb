// The API as pages ask it: JSON in, JSON out, and a refusal as an error that says why.

export class Refused extends Error {
  constructor(status, error) {
    super(error.title);
    this.status = status;
    this.detail = error.detail ?? "";
    this.findings = error.findings ?? [];
  }
}

async function ask(method, path, body) {
  const options = { method, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Refused(0, { title: "The console does not answer", detail: "It is asked again once it is back." });
  }
  const found = await answer.json().catch(() => ({ error: { title: `Answered ${answer.status}` } }));
  if (!answer.ok) throw new Refused(answer.status, found.error);
  return found;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body = {}) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

/** Put words into a path or query. */
export const part = encodeURIComponent;

const AGAIN = 2000;

/**
 * Hear events as long as the page is open. A server that was away is found again by the browser; one
 * that answered something else, as a proxy before it does, only by asking anew. `isHeard` is told
 * whether events come, and whether they were refused.
 */
export function listen({ state, traffic, isHeard }) {
  let source, timer;
  const open = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => isHeard(true, false));
    source.addEventListener("error", () => {
      const isRefused = source.readyState === EventSource.CLOSED;
      isHeard(false, isRefused);
      if (isRefused) timer = setTimeout(open, AGAIN);
    });
    source.addEventListener("state", (event) => state(JSON.parse(event.data)));
    source.addEventListener("traffic", (event) => traffic(JSON.parse(event.data)));
  };
  open();
  return () => { clearTimeout(timer); source.close(); };
}
