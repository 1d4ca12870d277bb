// A hop of a chain, as people write them for Node: a server on a port of its own, and `fetch` or
// `node:http` to the next one. It knows no proxy. README.md says what its variables mean.
import http from 'node:http';

const { NAME, VERSION, POD_IP, NEXT, FORWARD, ONLY_HERE } = process.env;
const CLIENT = process.argv[2];
const ME = `-> ${NAME}(version: ${VERSION}, ip: ${POD_IP})`;
const agent = new http.Agent({ keepAlive: true });

const clients = {
  async fetch(headers) {
    const response = await fetch(NEXT, { headers });
    return [response.status, await response.text()];
  },
  http(headers) {
    return new Promise((resolve, reject) => {
      http
        .get(NEXT, { agent, headers }, (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (part) => (body += part));
          response.on('end', () => resolve([response.statusCode, body]));
        })
        .on('error', reject);
    });
  },
};

const server = http.createServer(async (request, response) => {
  const lane = request.headers[FORWARD];
  try {
    const [status, said] = NEXT ? await clients[CLIENT](lane ? { [FORWARD]: lane } : {}) : [200, ''];
    response.writeHead(status);
    response.end(ME + said);
  } catch (error) {
    response.writeHead(502);
    response.end(`${ME} ${error} ${error.cause ?? ''}`);
  }
});
server.keepAliveTimeout = 60_000;
if (ONLY_HERE) server.listen(8080, '127.0.0.1');
else server.listen(8080);
