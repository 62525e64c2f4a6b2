// The Node twin of sample_stack/route_handler, with the AWS SDK for JavaScript v2.
const { ApiGatewayManagementApi } = require("aws-sdk");

const REPLY = { message: "This response was pushed from my Lambda." };

exports.handler = async (event) => {
  const { domainName, stage, connectionId } = event.requestContext;
  const client = new ApiGatewayManagementApi({ endpoint: `https://${domainName}/${stage}` });
  await client.postToConnection({ ConnectionId: connectionId, Data: JSON.stringify(REPLY) }).promise();
  return { statusCode: 200 };
};
