"use strict";

// CPU time of one PostToConnection in Node, in microseconds, to a server of another process that answers at once.

const { fork } = require("node:child_process");
const http = require("node:http");
const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require("@aws-sdk/client-apigatewaymanagementapi");

const WARM = 2000;
const BLOCK = 500;
const BLOCKS = 6;

function serve() {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200, { "Content-Length": 0 }).end());
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

async function cheapest(once) {
  for (let number = 0; number < WARM; number++) await once();
  let best = Infinity;
  for (let block = 0; block < BLOCKS; block++) {
    const before = process.cpuUsage();
    for (let number = 0; number < BLOCK; number++) await once();
    const spent = process.cpuUsage(before);
    best = Math.min(best, (spent.user + spent.system) / BLOCK);
  }
  return best;
}

function bare(port, agent) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, agent, method: "POST", path: "/v1/@connections/abc", headers: { "Content-Length": 5 } };
    const request = http.request(options, (response) => response.resume().on("end", resolve));
    request.on("error", reject).end("hello");
  });
}

async function main() {
  const server = fork(__filename, ["serve"]);
  const port = await new Promise((resolve) => server.once("message", resolve));
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-secret", sessionToken: "x".repeat(300) };
  const client = new ApiGatewayManagementApiClient({ endpoint: `http://127.0.0.1:${port}/v1`, region: "us-east-1", credentials });
  const command = () => client.send(new PostToConnectionCommand({ ConnectionId: "abc=", Data: "hello" }));
  const agent = new http.Agent({ keepAlive: true });
  console.log(JSON.stringify({ sdk: await cheapest(command), http: await cheapest(() => bare(port, agent)) }));
  agent.destroy();
  client.destroy();
  server.kill();
}

if (process.argv[2] === "serve") serve();
else main();
