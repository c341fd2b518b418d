// A server that speaks HTTP/2 alone: node http2_server.mjs PORT [KEY CERTIFICATE]
import { readFileSync } from "node:fs";
import { createSecureServer, createServer } from "node:http2";

const [port, key, cert] = process.argv.slice(2);
const answer = (request, response) =>
  request.resume().on("end", () => {
    const said = [request.httpVersion, request.headers["x-brana-assertion"], ...Object.keys(request.trailers)];
    response.end(said.join(" "));
  });
const server = key
  ? createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
  : createServer(answer);
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
