const AWS = require("aws-sdk");

exports.handler = async (event) => {
  const { domainName, stage, connectionId } = event.requestContext;
  const management = new AWS.ApiGatewayManagementApi({ endpoint: `${domainName}/${stage}` });
  const reply = { message: "This response was pushed from my Lambda." };
  await management.postToConnection({ ConnectionId: connectionId, Data: JSON.stringify(reply) }).promise();
  return { statusCode: 200 };
};
