// Take the journey with the client that openapi-generator's typescript-fetch generates.

import assert from "node:assert/strict";
import { env } from "node:process";

import {
  Configuration,
  ConflictsApi,
  DoseDimension,
  instanceOfConflict,
  MeApi,
  MilestonesApi,
  MilestoneStatus,
  Owner,
  PlanReadingsApi,
  ProblemFromJSON,
  RecommendationKind,
  RecommendationsApi,
  ResponseError,
  Role,
  Stance,
  StatementKind,
  FlagStatus,
  Tier,
  type ApiResponse,
  type DoseIn,
  type ListMilestonesRequest,
  type Milestone,
  type MilestonePatch,
  type Problem,
  type RecommendationCreate,
} from "./index.js";

const basePath = env["CONCORD_URL"] ?? "";
const planId = env["CONCORD_PLAN"] ?? "";
const passed = (step: string) => console.log(`pass ${step}`);
const inDays = (days: number) => {
  const day = new Date(Date.now() + days * 86_400_000);
  return new Date(day.toISOString().slice(0, 10));
};
const tagOf = (answer: ApiResponse<unknown>) => answer.raw.headers.get("ETag") ?? "";
const problemOf = async (asked: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await asked.then(
    () => assert.fail("this was to be refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ResponseError);
  return ProblemFromJSON(await error.response.json());
};

// token
const access = new Configuration({ basePath, accessToken: env["CONCORD_TOKEN"] ?? "" });
const me = await new MeApi(access).getMe();
assert.equal(me.role, Role.PHYSIOTHERAPIST);
assert.ok(me.plans.some((own) => own.id === planId));
passed("token");

// read
const summary = await new PlanReadingsApi(access).getSummary({ planId });
assert.deepEqual(
  summary.recommendations.map((advice) => advice.stance),
  [Stance.DISCOURAGE],
);
passed("read");

// page
const api = new MilestonesApi(access);
const milestones: Milestone[] = [];
const request: ListMilestonesRequest = { planId, limit: 2 };
do {
  const page = await api.listMilestones(request);
  milestones.push(...page.items);
  request.cursor = page.next_cursor ?? undefined;
} while (request.cursor);
assert.equal(new Set(milestones.map((milestone) => milestone.id)).size, 3);
assert.ok(milestones.every((milestone) => milestone.owner_discipline === Owner.SHARED));
passed("page");

// patch
const milestoneId = milestones[0]?.id ?? "";
const read = await api.getMilestoneRaw({ planId, milestoneId });
const patched = await api.updateMilestoneRaw({
  planId,
  milestoneId,
  ifMatch: tagOf(read),
  milestonePatch: { due: inDays(28), status: MilestoneStatus.IN_PROGRESS },
});
const after = await patched.value();
assert.deepEqual(after.due, inDays(28));
assert.equal(after.status, MilestoneStatus.IN_PROGRESS);
assert.equal(after.description, "At the patient's pace.");
passed("patch");

// clear
const cleared = await api.updateMilestoneRaw({
  planId,
  milestoneId,
  ifMatch: tagOf(patched),
  milestonePatch: { description: null },
});
const without = await cleared.value();
assert.equal(without.description, null);
assert.deepEqual(without.due, inDays(28));
passed("clear");

// stale: a colleague changes it meanwhile
const colleague = new MilestonesApi(
  new Configuration({ basePath, accessToken: env["CONCORD_COLLEAGUE_TOKEN"] ?? "" }),
);
const theirs = await colleague.updateMilestone({
  planId,
  milestoneId,
  ifMatch: tagOf(cleared),
  milestonePatch: { due: inDays(42) },
});
const mine: MilestonePatch = { due: inDays(35), title: "Walk to the market and back" };
const stale = await problemOf(
  api.updateMilestone({ planId, milestoneId, ifMatch: tagOf(cleared), milestonePatch: mine }),
);
assert.equal(stale.status, 412);
assert.equal(stale.current_version, theirs.version);
assert.deepEqual(stale.conflicting_fields, ["due"]);
passed("stale");

// merge: theirs stands where both changed it, mine where only mine did
const again = await api.getMilestoneRaw({ planId, milestoneId });
const { due: _theirs, ...rest } = mine;
const merged = await api.updateMilestone({
  planId,
  milestoneId,
  ifMatch: tagOf(again),
  milestonePatch: rest,
});
assert.equal(merged.title, "Walk to the market and back");
assert.deepEqual(merged.due, inDays(42));
passed("merge");

// preview
const advice = new RecommendationsApi(access);
const heavy: DoseIn = { dimension: DoseDimension.LOAD, low: 20, high: 20, unit: "kg" };
const deadlift: RecommendationCreate = {
  kind: RecommendationKind.EXERCISE,
  stance: Stance.RECOMMEND,
  action: "deadlift",
  dose: [heavy],
};
const asked = await advice.previewRecommendations({ planId, recommendationPreview: deadlift });
assert.deepEqual(
  asked.findings.map((finding) => finding.code),
  ["CF03"],
);
passed("preview");

// raise
const saved = await advice.createRecommendation({ planId, recommendationCreate: deadlift });
const conflicts = new ConflictsApi(access);
const flags = await conflicts.listConflicts({ planId, statement: [saved.id] });
const raised = flags.items[0];
assert.ok(raised && instanceOfConflict(raised));
assert.equal(raised.tier, Tier.WARNING);
assert.equal(raised.status, FlagStatus.DETECTED);
passed("raise");

// resolve: below the limit until it ends
const conflictId = raised.id;
const flag = await conflicts.getConflictRaw({ planId, conflictId });
const light: DoseIn = { dimension: DoseDimension.LOAD, low: 4, high: 4, unit: "kg" };
const resolved = await conflicts.resolveConflict({
  planId,
  conflictId,
  ifMatch: tagOf(flag),
  conflictResolve: {
    changes: [
      {
        kind: StatementKind.RECOMMENDATION,
        id: saved.id,
        version: saved.version,
        patch: { dose: [light] },
      },
    ],
    reason: "Below the limit until it ends.",
  },
});
assert.equal(resolved.status, FlagStatus.RESOLVED);
passed("resolve");

// problem: a limit without an end
const refused = await problemOf(
  advice.createRecommendation({
    planId,
    recommendationCreate: {
      kind: RecommendationKind.ACTIVITY,
      stance: Stance.DISCOURAGE,
      action: "running",
    },
  }),
);
assert.equal(refused.status, 422);
assert.deepEqual(refused.errors, [
  { pointer: "/review_by", code: "limit-needs-end-event-or-review" },
]);
passed("problem");
