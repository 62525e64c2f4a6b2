"use strict";

exports.handler = async (event) => ({
  principalId: "client",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [
      {
        Action: "execute-api:Invoke",
        Effect: event.headers["x-token"] === process.env.TOKEN ? "Allow" : "Deny",
        Resource: event.methodArn,
      },
    ],
  },
});
