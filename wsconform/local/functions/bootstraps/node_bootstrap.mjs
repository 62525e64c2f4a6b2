// Runs a Node.js handler: Lambda's programming model on top of the Runtime API. Works from Node 18 on, alone.

import fs from "node:fs";
import module from "node:module";
import net from "node:net";
import path from "node:path";
import { format } from "node:util";
import { pathToFileURL } from "node:url";

const BASE = "/2018-06-01/runtime/";
const NEXT = `GET ${BASE}invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n`;
const NO_CALLBACKS_FROM = 24; // the first runtime that refuses handlers with a callback

const environment = process.env;
const major = Number(/nodejs(\d+)/.exec(environment.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0);
const fixed = {
  functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
  clientContext: undefined,
  identity: undefined,
};

let requestId; // of the event in hand
let emptied = () => {}; // what to do once nothing is left to wait for

class NamedError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

// The Runtime API over one connection that is kept. Nothing is read while an event is in hand, so the connection does
// not count as work that the handler left behind.
class Api {
  constructor(address, onEvent) {
    const [host, port] = address.split(":");
    this.onEvent = onEvent;
    this.buffer = Buffer.alloc(0);
    this.socket = net.connect({ host, port: Number(port), noDelay: true });
    this.socket.on("data", (data) => this.receive(data));
    this.socket.on("error", () => process.exit(0));
    this.socket.on("close", () => process.exit(0)); // there is nobody left to work for
  }

  ask() {
    this.socket.ref();
    this.socket.write(NEXT);
  }

  // Tell what became of an event, and ask for the next in the same breath.
  finish(id, result) {
    this.socket.ref();
    this.socket.write(post(`invocation/${id}/response`, result, "") + NEXT);
  }

  fail(id, error) {
    this.socket.ref();
    this.socket.write(post(`invocation/${id}/error`, JSON.stringify(told(error)), error?.name) + NEXT);
  }

  // Tell the last thing that there is to say.
  failAndExit(where, error, status) {
    this.socket.ref();
    this.socket.write(post(where, JSON.stringify(told(error)), error?.name), () => process.exit(status));
  }

  receive(data) {
    this.buffer = this.buffer.length === 0 ? data : Buffer.concat([this.buffer, data]);
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = this.buffer.latin1Slice(0, end);
      const size = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (this.buffer.length < end + 4 + size) return;
      const body = this.buffer.utf8Slice(end + 4, end + 4 + size);
      this.buffer = this.buffer.subarray(end + 4 + size);
      if (head.startsWith("HTTP/1.1 200 ")) {
        this.socket.unref();
        this.onEvent(head, body);
      }
    }
  }
}

function post(where, body, kind) {
  const type = kind ? `Lambda-Runtime-Function-Error-Type: ${String(kind).replace(/[^\x20-\x7e]/g, "?")}\r\n` : "";
  return `POST ${BASE}${where} HTTP/1.1\r\nHost: runtime\r\n${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

// An error as Lambda tells it.
function told(error) {
  if (error instanceof Error || (error && typeof error === "object" && "message" in error && "stack" in error)) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function print(level, text) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
}

function logError(what, error) {
  const { trace, ...rest } = told(error);
  print("ERROR", `${what} \t${JSON.stringify({ ...rest, stack: trace })}`);
}

function setUpConsole() {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", warn: "WARN", error: "ERROR", trace: "TRACE" };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...values) => print(level, format(...values));
  }
  console.fatal = (...values) => print("FATAL", format(...values));
}

// Layers lie elsewhere than in /opt. `require` looks through NODE_PATH; `import` has to be told.
function lookThroughLayers() {
  const layers = (environment.NODE_PATH ?? "").split(path.delimiter).filter(Boolean);
  if (layers.length === 0) return;
  const parents = layers.map((folder) => pathToFileURL(path.join(folder, "..", "_")).href);
  if (module.registerHooks) {
    module.registerHooks({
      resolve(specifier, context, next) {
        try {
          return next(specifier, context);
        } catch (error) {
          for (const parentURL of isBare(specifier) && error.code === "ERR_MODULE_NOT_FOUND" ? parents : []) {
            try {
              return next(specifier, { ...context, parentURL });
            } catch {
              // the next layer may have it
            }
          }
          throw error;
        }
      },
    });
  } else if (module.register) {
    module.register("./node_layers.mjs", import.meta.url, { data: { parents } });
  }
}

function isBare(specifier) {
  return !/^([./]|[a-z]+:)/.test(specifier);
}

// `Handler` is `path/to/file.export`, where the export may itself have dots.
async function findHandler(root, named) {
  const base = path.basename(named);
  const [, file, property] = /^([^.]*)\.(.+)$/.exec(base) ?? [];
  if (file === undefined || named.includes("..")) {
    throw new NamedError("Runtime.MalformedHandlerName", "Bad handler");
  }
  const place = path.resolve(root, named.slice(0, named.length - base.length), file);
  const loaded = await load(place, root, file);
  const handler = property.split(".").reduce((value, key) => value?.[key], loaded);
  if (handler === undefined || handler === null) {
    throw new NamedError("Runtime.HandlerNotFound", `${named} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw new NamedError("Runtime.HandlerNotFound", `${named} is not a function`);
  }
  if (major >= NO_CALLBACKS_FROM && handler.length === 3) {
    throw new NamedError(
      "Runtime.CallbackHandlerDeprecated",
      "AWS Lambda has no callback-based function handlers from Node.js 24 on: return a promise instead",
    );
  }
  return handler;
}

async function load(place, root, file) {
  const require = module.createRequire(path.join(root, "_"));
  try {
    if (fs.existsSync(`${place}.js`)) {
      return isModule(place) ? await import(pathToFileURL(`${place}.js`).href) : require(`${place}.js`);
    }
    if (fs.existsSync(`${place}.mjs`)) return await import(pathToFileURL(`${place}.mjs`).href);
    if (fs.existsSync(`${place}.cjs`)) return require(`${place}.cjs`);
    return require(fs.existsSync(place) ? place : file);
  } catch (error) {
    if (error instanceof SyntaxError) throw asType("Runtime.UserCodeSyntaxError", error);
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw asType("Runtime.ImportModuleError", error);
    }
    throw error;
  }
}

function asType(name, error) {
  const made = new NamedError(name, `${error.name}: ${error.message}`);
  made.stack = `${name}: ${error.stack}`;
  return made;
}

// Whether a `.js` file is an ECMAScript module: the nearest package.json says so.
function isModule(place) {
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const file = path.join(folder, "package.json");
    if (fs.existsSync(file)) {
      try {
        return JSON.parse(fs.readFileSync(file, "utf8")).type === "module";
      } catch {
        return false;
      }
    }
    if (folder === path.dirname(folder)) return false;
  }
}

function stringify(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    const name = major >= NO_CALLBACKS_FROM ? "Runtime.JSONStringifyError" : "Error";
    throw new NamedError(name, "Unable to stringify response body");
  }
}

// One event: answers once, by whichever of promise, callback and an empty event loop comes first.
function invoke(api, handler, head, body) {
  const headers = new Map();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const id = headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(headers.get("lambda-runtime-deadline-ms"));
  let waits = true;
  let answered = false;
  requestId = id;
  environment._X_AMZN_TRACE_ID = headers.get("lambda-runtime-trace-id");

  const succeed = (result) => {
    if (answered) return;
    let text;
    try {
      text = stringify(result);
    } catch (error) {
      fail(error);
      return;
    }
    answered = true;
    emptied = () => {};
    api.finish(id, text);
  };
  const fail = (error) => {
    if (answered) return;
    answered = true;
    emptied = () => {};
    logError("Invoke Error", error);
    api.fail(id, error);
  };
  // A callback's answer waits until the event loop is empty, unless the handler asked for it at once.
  const callback = (error, result) => {
    const answer = () => (error === undefined || error === null ? succeed(result) : fail(error));
    if (waits) emptied = answer;
    else setImmediate(answer);
  };
  const context = {
    ...fixed,
    awsRequestId: id,
    invokedFunctionArn: headers.get("lambda-runtime-invoked-function-arn"),
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = Boolean(value);
    },
  };
  if (major < NO_CALLBACKS_FROM) {
    context.done = callback;
    context.succeed = (result) => callback(null, result);
    context.fail = (error) => callback(error ?? "handled");
  }
  emptied = () => succeed(null);
  try {
    const event = JSON.parse(body);
    const result = major < NO_CALLBACKS_FROM ? handler(event, context, callback) : handler(event, context);
    if (typeof result?.then === "function") result.then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

setUpConsole();
lookThroughLayers();
const api = new Api(environment.AWS_LAMBDA_RUNTIME_API, (head, body) => invoke(api, handler, head, body));
const where = () => (requestId === undefined ? "init/error" : `invocation/${requestId}/error`);
process.on("beforeExit", () => emptied());
process.on("uncaughtException", (error) => {
  logError("Uncaught Exception", error);
  api.failAndExit(where(), error, 129);
});
process.on("unhandledRejection", (reason) => {
  const error = new NamedError("Runtime.UnhandledPromiseRejection", String(reason));
  if (reason?.stack) error.stack = `${error.name}: ${reason.stack}`;
  logError("Unhandled Promise Rejection", error);
  api.failAndExit(where(), error, 128);
});
let handler;
try {
  handler = await findHandler(environment.LAMBDA_TASK_ROOT, environment._HANDLER);
  api.ask();
} catch (error) {
  logError("Uncaught Exception", error);
  api.failAndExit("init/error", error, 1);
}
