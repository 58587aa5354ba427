// Compare the document with the last released one, and fail where a client of it would break without a new major version.
//
//     node compatibility.mjs [--json] [released.json [openapi.json]]
//
// api-smart-diff finds the differences and says which side of the contract each is on. It reads a document of any house;
// what follows from the rules of this one (closed requests, fields that are shown and never left out, names that become
// those of generated clients, scopes in x-scopes) is judged here. docs/versioning.md is the promise that this holds.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { apiCompare } from "api-smart-diff";

const METHODS = ["get", "put", "post", "patch", "delete"];
const LEVELS = { breaking: "major", grows: "minor", announced: "minor" };

/** Give every change that asks for a new version: `{level, where, what}`. */
export function changes(released, current, today = new Date().toISOString().slice(0, 10)) {
  const { diffs } = apiCompare(spread(released), spread(current));
  const found = diffs
    // Every component is reached through an operation that uses it, where its side is known; the ways to present a token are not.
    .filter((diff) => diff.path[0] !== "components" || diff.path[1] === "securitySchemes")
    .map((diff) => judged(diff, released, current, today))
    .filter(Boolean);
  const unique = new Map([...found, ...names(released, current)].map((one) => [JSON.stringify(one), one]));
  return [...unique.values()];
}

/** Copy a document with its shared parameters and answers put where they are used: behind a reference the differ neither sees what is asked for nor knows an answer from a request. */
function spread(document) {
  const copy = structuredClone(document);
  for (const item of Object.values(copy.paths)) {
    for (const operation of METHODS.map((method) => item[method]).filter(Boolean)) {
      operation.parameters = operation.parameters?.map((one) => structuredClone(resolved(one, copy)));
      for (const [status, one] of Object.entries(operation.responses)) operation.responses[status] = structuredClone(resolved(one, copy));
    }
  }
  return copy;
}

function judged(diff, released, current, today) {
  const path = diff.path.map(String);
  const of = (level, what = told(diff)) => ({ level, where: where(path, diff, released), what });
  if (path[0] === "paths" && path.length <= 3 && diff.action === "remove") {
    const lost = path.length === 3 ? [diff.before] : METHODS.map((method) => diff.before[method]).filter(Boolean);
    const over = lost.every((one) => one.deprecated && one["x-sunset"] && one["x-sunset"] <= today);
    return of(over ? "announced" : "breaking", "the operation is gone");
  }
  if (path[0] === "servers") return path.at(-1) === "url" || diff.action === "remove" ? of("breaking") : null;
  if (path[0] === "components") return diff.action === "add" || path.at(-1) === "description" ? null : of("breaking");
  if (path.includes("x-scopes")) return of("breaking", "another scope is asked for");
  // A token beside another, in the same requirement, is asked for as well.
  if (path[3] === "security" && path.length === 6 && diff.action === "add") return of("breaking", "another token is asked for");
  if (path.includes("schema")) {
    const isAnswer = path.includes("responses");
    const [owner, last] = path.slice(-2);
    const isItem = /^\d+$/.test(last); // of a list, and no field that is called like a keyword
    // What is sent may become less narrow, what is answered less wide; for types and formats the differ does not ask which.
    const [narrow, wide] = isAnswer ? [diff.after, diff.before] : [diff.before, diff.after];
    if (last === "type" && owner !== "properties") return within(narrow, wide) ? null : of("breaking");
    if (owner === "type" && isItem) return narrow === undefined || within(narrow, wide ?? []) ? null : of("breaking");
    if (last === "format" && owner !== "properties") return wide === undefined ? null : of("breaking");
    if (!isAnswer && last === "additionalProperties" && owner !== "properties") return diff.after === false ? of("breaking", "members of other names are refused") : null;
    if (owner === "enum" && isItem) {
      const [was, is] = [released, current].map((document) => at(document, path.slice(0, -1), released));
      const [open, closed] = isAnswer ? [is, was] : [was, is];
      if (closed === undefined) return null;
      if (open === undefined) return of("breaking", isAnswer ? "an answer may now say anything" : "only some codes are taken");
    }
    // Whoever reads an answer may look for a field that is not always there; requests are closed (422).
    if (owner === "properties" && diff.action === "remove") return of("breaking", "the field is gone");
    if (isAnswer && owner === "enum" && isItem && diff.action === "add") return of("grows", `an answer may now say ${JSON.stringify(diff.after)}`);
    if (isAnswer && owner === "enum" && isItem && diff.action === "replace") return of("breaking"); // a code that goes while another comes
  }
  // A header that was always there may be looked for.
  const isLost = path.includes("headers") && path.at(-1) === "required" && diff.after !== true;
  return isLost || diff.type === "breaking" ? of("breaking") : null;
}

/** Find what stands at the differ's path, through references; a parameter is known by its name in the released document. */
function at(document, path, released) {
  const step = (node, part, of) => resolved(node, of)?.[part];
  let [node, known] = [document, released];
  for (const [i, part] of path.entries()) {
    known = step(known, part, released);
    const isParameter = path[i - 1] === "parameters" && known !== undefined;
    node = isParameter ? node?.find((one) => parameter(one) === parameter(known)) : step(node, part, document);
  }
  return node;
}

/** Find what a reference stands for. */
function resolved(node, document) {
  return node?.$ref ? node.$ref.split("/").slice(1).reduce((inner, name) => inner?.[name], document) : node;
}

/** Tell whether each type of the first schema is one of the second's; a schema without types allows them all. */
function within(types, others) {
  if (others === undefined) return true;
  const all = [others].flat();
  return types !== undefined && [types].flat().every((type) => all.includes(type) || (type === "integer" && all.includes("number")));
}

/** Find what the differ passes over: names that generated clients are called by, and how a list is written in a query. */
function names(released, current) {
  const found = [];
  const lost = (where, what) => found.push({ level: "breaking", where, what });
  const schemas = current.components.schemas;
  for (const [name, before] of Object.entries(released.components.schemas)) {
    const after = schemas[name];
    if (!after) lost(name, "the component has no longer this name");
    const [was, is] = [before, after ?? {}].map((one) => new Map((one.enum ?? []).map((value, i) => [value, one["x-enum-varnames"]?.[i]])));
    for (const [value, constant] of was)
      if (is.has(value) && is.get(value) !== constant) lost(name, `the constant of ${JSON.stringify(value)} has no longer the name ${constant}`);
  }
  const called = new Map(operations(current).map((one) => [one.place, one]));
  for (const { place, operation, parameters, lists } of operations(released)) {
    const after = called.get(place);
    if (!after) continue; // what is gone is found by the differ
    if (after.operation.operationId !== operation.operationId) lost(place, `the operation is no longer called ${operation.operationId}`);
    if (after.operation.tags[0] !== operation.tags[0]) lost(place, `the operation is no longer one of ${operation.tags[0]}`);
    for (const [name, written] of after.lists) {
      const was = lists.get(name);
      if (was && was !== written) lost(place, `the query's ${name} is written another way`);
    }
    if (after.parameters !== parameters) lost(place, `the path's parameters are no longer ${parameters}`);
  }
  return found;
}

/** List the operations by what is sent: a parameter's name in a path is no part of it. */
function operations(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      place: `${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, "{}")}`,
      operation: item[method],
      parameters: (path.match(/\{[^}]+\}/g) ?? []).join(" "),
      lists: new Map((item[method].parameters ?? []).filter((one) => one.in === "query").map((one) => [one.name, `${one.style} ${one.explode}`])),
    })),
  );
}

function where(at, diff, released) {
  const [root, path, method, ...rest] = at;
  if (root !== "paths" || method === undefined) return at.join(" › ");
  if (rest[0] === "parameters" && rest.length > 1) rest[1] = parameter(released.paths[path]?.[method]?.parameters[rest[1]] ?? diff.after);
  const inside = rest.filter((part) => !["content", "schema", "properties"].includes(part)).join(" › ");
  return `${method.toUpperCase()} ${path}${inside && `: ${inside}`}`;
}

function parameter({ name, $ref } = {}) {
  return name ?? $ref?.split("/").pop() ?? "";
}

function told({ action, before, after }) {
  const short = (value) => (value === undefined ? "" : ` ${JSON.stringify(value).slice(0, 80)}`);
  return { add: `added${short(after)}`, remove: `removed${short(before)}`, rename: `renamed to${short(after)}` }[action] ?? `${short(before).trim()} became${short(after)}`;
}

/** Say what the version says of the changes: "major", "minor" or neither. */
export function raised(released, current) {
  const [was, is] = [released, current].map((document) => document.info.version.split(".").map(Number));
  if (is[0] !== was[0]) return is[0] > was[0] ? "major" : null;
  return is[1] > was[1] ? "minor" : null;
}

function main(given) {
  const asJson = given.includes("--json");
  const here = dirname(fileURLToPath(import.meta.url));
  const files = given.filter((one) => one !== "--json");
  const [released, current] = [files[0] ?? join(here, "released.json"), files[1] ?? join(here, "openapi.json")].map((file) => JSON.parse(readFileSync(file, "utf8")));
  const found = changes(released, current);
  const version = raised(released, current);
  const unsaid = found.filter(({ level }) => version !== "major" && LEVELS[level] !== version);
  if (asJson) {
    console.log(JSON.stringify({ found, unsaid }));
  } else {
    for (const { level, where, what } of found) console.log(`${level.padEnd(9)}  ${where}: ${what}`);
    const from = `${released.info.version} to ${current.info.version}`;
    const asked = unsaid.some(({ level }) => level === "breaking") ? "major" : "minor";
    console.log(
      unsaid.length
        ? `From ${from}: ${unsaid.length} of ${found.length} changes ask for a new ${asked} version, or to be taken back (docs/versioning.md).`
        : `From ${from}: clients of the released document go on working${found.length ? ", as far as the version promises" : ""}.`,
    );
  }
  process.exitCode = unsaid.length ? 1 : 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
