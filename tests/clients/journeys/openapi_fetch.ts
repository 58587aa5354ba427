// Take the journey with openapi-fetch on the types that openapi-typescript generates.

import assert from "node:assert/strict";
import { env } from "node:process";

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];

const baseUrl = env["CONCORD_URL"] ?? "";
const plan_id = env["CONCORD_PLAN"] ?? "";
const passed = (step: string) => console.log(`pass ${step}`);
const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const bearer = (token = "") => ({ Authorization: `Bearer ${token}` });

// token
const client = createClient<paths>({ baseUrl, headers: bearer(env["CONCORD_TOKEN"]) });
const me = await client.GET("/api/v1/me");
assert.equal(me.data?.role, "physiotherapist");
assert.ok(me.data.plans.some((own) => own.id === plan_id));
passed("token");

// read
const summary = await client.GET("/api/v1/care-plans/{plan_id}/summary", {
  params: { path: { plan_id } },
});
assert.deepEqual(
  summary.data?.recommendations.map((advice) => advice.stance),
  ["discourage"],
);
passed("read");

// page
const milestones: Schemas["Milestone"][] = [];
const query: { limit: number; cursor?: string | undefined } = { limit: 2 };
do {
  const page = await client.GET("/api/v1/care-plans/{plan_id}/milestones", {
    params: { path: { plan_id }, query },
  });
  assert.ok(page.data);
  milestones.push(...page.data.items);
  query.cursor = page.data.next_cursor ?? undefined;
} while (query.cursor);
assert.equal(new Set(milestones.map((milestone) => milestone.id)).size, 3);
assert.ok(milestones.every((milestone) => milestone.owner_discipline === "shared"));
passed("page");

// patch
const MILESTONE = "/api/v1/care-plans/{plan_id}/milestones/{milestone_id}";
const path = { plan_id, milestone_id: milestones[0]?.id ?? "" };
const read = await client.GET(MILESTONE, { params: { path } });
const patched = await client.PATCH(MILESTONE, {
  params: { path, header: { "If-Match": read.response.headers.get("ETag") ?? "" } },
  body: { due: inDays(28), status: "in-progress" },
});
assert.equal(patched.data?.due, inDays(28));
assert.equal(patched.data.status, "in-progress");
assert.equal(patched.data.description, "At the patient's pace.");
passed("patch");

// clear
const cleared = await client.PATCH(MILESTONE, {
  params: { path, header: { "If-Match": patched.response.headers.get("ETag") ?? "" } },
  body: { description: null },
});
assert.equal(cleared.data?.description, null);
assert.equal(cleared.data.due, inDays(28));
passed("clear");

// stale: a colleague changes it meanwhile
const known = { "If-Match": cleared.response.headers.get("ETag") ?? "" };
const colleague = createClient<paths>({
  baseUrl,
  headers: bearer(env["CONCORD_COLLEAGUE_TOKEN"]),
});
const theirs = await colleague.PATCH(MILESTONE, {
  params: { path, header: known },
  body: { due: inDays(42) },
});
const mine: Schemas["MilestonePatch"] = {
  due: inDays(35),
  title: "Walk to the market and back",
};
const stale = await client.PATCH(MILESTONE, { params: { path, header: known }, body: mine });
assert.equal(stale.error?.status, 412);
assert.equal(stale.error.current_version, theirs.data?.version);
assert.deepEqual(stale.error.conflicting_fields, ["due"]);
passed("stale");

// merge: theirs stands where both changed it, mine where only mine did
const again = await client.GET(MILESTONE, { params: { path } });
const { due: _theirs, ...rest } = mine;
const merged = await client.PATCH(MILESTONE, {
  params: { path, header: { "If-Match": again.response.headers.get("ETag") ?? "" } },
  body: rest,
});
assert.equal(merged.data?.title, "Walk to the market and back");
assert.equal(merged.data.due, inDays(42));
passed("merge");

// preview
const ADVICE = "/api/v1/care-plans/{plan_id}/recommendations";
const heavy: Schemas["DoseIn"] = { dimension: "load", low: 20, high: 20, unit: "kg" };
const deadlift: Schemas["RecommendationCreate"] = {
  kind: "exercise",
  stance: "recommend",
  action: "deadlift",
  dose: [heavy],
};
const asked = await client.POST(`${ADVICE}/preview`, {
  params: { path: { plan_id } },
  body: deadlift,
});
assert.deepEqual(
  asked.data?.findings.map((finding) => finding.code),
  ["CF03"],
);
passed("preview");

// raise
const saved = await client.POST(ADVICE, { params: { path: { plan_id } }, body: deadlift });
assert.ok(saved.data);
const flags = await client.GET("/api/v1/care-plans/{plan_id}/conflicts", {
  params: { path: { plan_id }, query: { statement: [saved.data.id] } },
});
const raised = flags.data?.items[0];
assert.ok(raised && "episode" in raised);
assert.equal(raised.tier, "warning");
assert.equal(raised.status, "detected");
passed("raise");

// resolve: below the limit until it ends
const FLAG = "/api/v1/care-plans/{plan_id}/conflicts/{conflict_id}";
const flag = await client.GET(FLAG, {
  params: { path: { plan_id, conflict_id: raised.id } },
});
const light: Schemas["DoseIn"] = { dimension: "load", low: 4, high: 4, unit: "kg" };
const resolved = await client.POST(`${FLAG}/resolve`, {
  params: {
    path: { plan_id, conflict_id: raised.id },
    header: { "If-Match": flag.response.headers.get("ETag") ?? "" },
  },
  body: {
    changes: [
      {
        kind: "recommendation",
        id: saved.data.id,
        version: saved.data.version,
        patch: { dose: [light] },
      },
    ],
    reason: "Below the limit until it ends.",
  },
});
assert.equal(resolved.data?.status, "resolved");
passed("resolve");

// problem: a limit without an end
const refused = await client.POST(ADVICE, {
  params: { path: { plan_id } },
  body: { kind: "activity", stance: "discourage", action: "running" },
});
assert.equal(refused.error?.status, 422);
assert.deepEqual(refused.error.errors, [
  { pointer: "/review_by", code: "limit-needs-end-event-or-review" },
]);
passed("problem");
