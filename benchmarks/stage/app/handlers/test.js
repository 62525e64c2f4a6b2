"use strict";

const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require("@aws-sdk/client-apigatewaymanagementapi");

const REPLY = JSON.stringify({ message: "This response was pushed from my Lambda." });
const clients = new Map();

// Where the gateway's own endpoint is. serverless-offline has it without TLS and stage, so there it is told.
function clientFor({ domainName, stage }) {
  const endpoint = process.env.PUSH_ENDPOINT ?? `https://${domainName}/${stage}`;
  if (!clients.has(endpoint)) clients.set(endpoint, new ApiGatewayManagementApiClient({ endpoint }));
  return clients.get(endpoint);
}

exports.handler = async (event) => {
  const { connectionId } = event.requestContext;
  await clientFor(event.requestContext).send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: REPLY }));
  return { statusCode: 200 };
};
