// One hop, as people write it with Node's own server and fetch: it knows nothing of tracing or of
// lanes. It answers GET with its name and the context that came in, and with what the next says.

const http = require("node:http");

const CONTEXT = ["baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag"];
const { SERVICE, VERSION, NEXT, HOST = "0.0.0.0", PORT = "8000" } = process.env;

http
  .createServer(async (request, response) => {
    const seen = CONTEXT.filter((name) => request.headers[name] !== undefined);
    let answer = `${SERVICE} ${VERSION}\n`;
    for (const name of seen) answer += `  ${name}: ${request.headers[name]}\n`;
    let status = 200;
    if (NEXT) {
      const reply = await fetch(NEXT).catch((error) => new Response(`${error}\n`, { status: 502 }));
      status = reply.ok ? 200 : 502;
      answer += await reply.text();
    }
    response.writeHead(status, { "content-type": "text/plain" });
    response.end(answer);
  })
  .listen(Number(PORT), HOST);
