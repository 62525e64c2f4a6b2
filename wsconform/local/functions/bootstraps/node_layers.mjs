// How `import` finds packages in layers on a Node.js that has no `registerHooks`: as a resolve hook in a thread.

let parents = [];

export function initialize(data) {
  parents = data.parents;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const bare = !/^([./]|[a-z]+:)/.test(specifier);
    for (const parentURL of bare && error.code === "ERR_MODULE_NOT_FOUND" ? parents : []) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        // the next layer may have it
      }
    }
    throw error;
  }
}
