// Read in clients/, where the generated code goes. Imports carry `.js`, so that Node resolves them as they are.
export default {
  input: "../openapi/openapi.json",
  output: { path: "hey-api", module: { extension: ".js" } },
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "@hey-api/sdk"],
};
