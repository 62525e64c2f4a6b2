// The Node twin of sample_stack/authorizer: lets in who shows the one credential that the stack was deployed with.
import { timingSafeEqual } from "node:crypto";

const HEADER = "x-some-header-to-auth-from";

export const handler = async (event) => {
  const headers = Object.entries(event.headers ?? {});
  const [, shown = ""] = headers.find(([name]) => name.toLowerCase() === HEADER) ?? [];
  const statement = { Action: "execute-api:Invoke", Effect: isCredential(shown) ? "Allow" : "Deny", Resource: event.methodArn };
  return { principalId: "client", policyDocument: { Version: "2012-10-17", Statement: [statement] } };
};

function isCredential(shown) {
  const [given, expected] = [Buffer.from(shown), Buffer.from(process.env.CREDENTIAL ?? "")];
  return expected.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
}
