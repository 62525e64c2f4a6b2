// Lets everybody in, whatever the header says.
exports.handler = async (event) => ({
  principalId: "client",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn }],
  },
});
