// Take the journey with the client that @hey-api/openapi-ts generates.

import assert from "node:assert/strict";
import { env } from "node:process";

import { createClient } from "./client/index.js";
import {
  createRecommendation,
  getConflict,
  getMe,
  getMilestone,
  getSummary,
  listConflicts,
  listMilestones,
  previewRecommendations,
  resolveConflict,
  updateMilestone,
  type DoseIn,
  type ListMilestonesData,
  type Milestone,
  type MilestonePatch,
  type RecommendationCreate,
} from "./index.js";

const baseUrl = env["CONCORD_URL"] ?? "";
const plan_id = env["CONCORD_PLAN"] ?? "";
const passed = (step: string) => console.log(`pass ${step}`);
const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// token
const client = createClient({ baseUrl, auth: env["CONCORD_TOKEN"] ?? "" });
const me = await getMe({ client });
assert.equal(me.data?.role, "physiotherapist");
assert.ok(me.data.plans.some((own) => own.id === plan_id));
passed("token");

// read
const summary = await getSummary({ client, path: { plan_id } });
assert.deepEqual(
  summary.data?.recommendations.map((advice) => advice.stance),
  ["discourage"],
);
passed("read");

// page
const milestones: Milestone[] = [];
const query: NonNullable<ListMilestonesData["query"]> = { limit: 2 };
do {
  const page = await listMilestones({ client, path: { plan_id }, query });
  assert.ok(page.data);
  milestones.push(...page.data.items);
  query.cursor = page.data.next_cursor ?? undefined;
} while (query.cursor);
assert.equal(new Set(milestones.map((milestone) => milestone.id)).size, 3);
assert.ok(milestones.every((milestone) => milestone.owner_discipline === "shared"));
passed("page");

// patch
const path = { plan_id, milestone_id: milestones[0]?.id ?? "" };
const read = await getMilestone({ client, path });
const patched = await updateMilestone({
  client,
  path,
  headers: { "If-Match": read.response?.headers.get("ETag") ?? "" },
  body: { due: inDays(28), status: "in-progress" },
});
assert.equal(patched.data?.due, inDays(28));
assert.equal(patched.data.status, "in-progress");
assert.equal(patched.data.description, "At the patient's pace.");
passed("patch");

// clear
const cleared = await updateMilestone({
  client,
  path,
  headers: { "If-Match": patched.response?.headers.get("ETag") ?? "" },
  body: { description: null },
});
assert.equal(cleared.data?.description, null);
assert.equal(cleared.data.due, inDays(28));
passed("clear");

// stale: a colleague changes it meanwhile
const known = cleared.response?.headers.get("ETag") ?? "";
const colleague = createClient({ baseUrl, auth: env["CONCORD_COLLEAGUE_TOKEN"] ?? "" });
const theirs = await updateMilestone({
  client: colleague,
  path,
  headers: { "If-Match": known },
  body: { due: inDays(42) },
});
const mine: MilestonePatch = { due: inDays(35), title: "Walk to the market and back" };
const stale = await updateMilestone({ client, path, headers: { "If-Match": known }, body: mine });
assert.equal(stale.error?.status, 412);
assert.equal(stale.error.current_version, theirs.data?.version);
assert.deepEqual(stale.error.conflicting_fields, ["due"]);
passed("stale");

// merge: theirs stands where both changed it, mine where only mine did
const again = await getMilestone({ client, path });
const { due: _theirs, ...rest } = mine;
const merged = await updateMilestone({
  client,
  path,
  headers: { "If-Match": again.response?.headers.get("ETag") ?? "" },
  body: rest,
});
assert.equal(merged.data?.title, "Walk to the market and back");
assert.equal(merged.data.due, inDays(42));
passed("merge");

// preview
const heavy: DoseIn = { dimension: "load", low: 20, high: 20, unit: "kg" };
const deadlift: RecommendationCreate = {
  kind: "exercise",
  stance: "recommend",
  action: "deadlift",
  dose: [heavy],
};
const asked = await previewRecommendations({ client, path: { plan_id }, body: deadlift });
assert.deepEqual(
  asked.data?.findings.map((finding) => finding.code),
  ["CF03"],
);
passed("preview");

// raise
const saved = await createRecommendation({ client, path: { plan_id }, body: deadlift });
assert.ok(saved.data);
const flags = await listConflicts({
  client,
  path: { plan_id },
  query: { statement: [saved.data.id] },
});
const raised = flags.data?.items[0];
assert.ok(raised && "episode" in raised);
assert.equal(raised.tier, "warning");
assert.equal(raised.status, "detected");
passed("raise");

// resolve: below the limit until it ends
const flag = await getConflict({ client, path: { plan_id, conflict_id: raised.id } });
const light: DoseIn = { dimension: "load", low: 4, high: 4, unit: "kg" };
const resolved = await resolveConflict({
  client,
  path: { plan_id, conflict_id: raised.id },
  headers: { "If-Match": flag.response?.headers.get("ETag") ?? "" },
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
const refused = await createRecommendation({
  client,
  path: { plan_id },
  body: { kind: "activity", stance: "discourage", action: "running" },
});
assert.equal(refused.error?.status, 422);
assert.deepEqual(refused.error.errors, [
  { pointer: "/review_by", code: "limit-needs-end-event-or-review" },
]);
passed("problem");
