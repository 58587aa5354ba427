// Write a Postman collection of every operation, a folder for each tag: `make collection`.
//
//     node collection.mjs [file]
//
// openapi-to-postmanv2 makes it from the document and its examples. Where the service is, the token and the plan become
// variables, so that one change of each serves all requests.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const converter = createRequire(import.meta.url)("openapi-to-postmanv2");
const here = dirname(fileURLToPath(import.meta.url));
const document = JSON.parse(readFileSync(join(here, "openapi.json"), "utf8"));
const target = process.argv[2] ?? join(here, "..", "collection", "concord.postman_collection.json");

const made = await promisify(converter.convertV2)(
  { type: "json", data: document },
  { folderStrategy: "Tags", parametersResolution: "Example", enableOptionalParameters: false, alwaysInheritAuthentication: true },
);
if (!made.result) throw new Error(made.reason);
const collection = made.output[0].data;

collection.auth = { type: "bearer", bearer: [{ key: "token", value: "{{token}}", type: "string" }] };
const plan = requests(collection.item)
  .flatMap(({ request }) => request.url.variable ?? [])
  .find(({ key }) => key === "plan_id");
collection.variable = [
  { key: "baseUrl", value: "http://127.0.0.1:8000", description: "Where the service, or its mock, is." },
  { key: "token", value: "", description: "A bearer token; `make token ROLE=physiotherapist` prints one for the demo clinic." },
  { key: "plan_id", value: plan.value, description: "The plan, one of those that `GET /api/v1/me` names." },
];
for (const { request } of requests(collection.item))
  for (const one of request.url.variable ?? []) if (one.key === "plan_id") one.value = "{{plan_id}}";

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, JSON.stringify(collection, null, 1));
console.log(`${requests(collection.item).length} requests: ${target}`);

function requests(items) {
  return items.flatMap((one) => (one.item ? requests(one.item) : [one]));
}
