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

/** Hear events as long as the page is open; a server that was away is found again by the browser. */
export function listen({ state, traffic, isHeard }) {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("open", () => isHeard(true));
  source.addEventListener("error", () => isHeard(false));
  source.addEventListener("state", (event) => state(JSON.parse(event.data)));
  source.addEventListener("traffic", (event) => traffic(JSON.parse(event.data)));
  return () => source.close();
}
