// The Node twin of sample_stack/route_handler, with the AWS SDK for JavaScript v3.
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";

const REPLY = { message: "This response was pushed from my Lambda." };
const clients = new Map();

export const handler = async (event) => {
  const { domainName, stage, connectionId } = event.requestContext;
  const endpoint = `https://${domainName}/${stage}`;
  if (!clients.has(endpoint)) clients.set(endpoint, new ApiGatewayManagementApiClient({ endpoint }));
  await clients.get(endpoint).send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: JSON.stringify(REPLY) }));
  return { statusCode: 200 };
};
