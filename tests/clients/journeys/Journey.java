// Take the journey with the client that openapi-generator's java generates on the JDK's own HTTP client.

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import concord.ApiClient;
import concord.ApiException;
import concord.ApiResponse;
import concord.api.ConflictsApi;
import concord.api.MeApi;
import concord.api.MilestonesApi;
import concord.api.PlanReadingsApi;
import concord.api.RecommendationsApi;
import concord.model.*;

public final class Journey {
    private static final UUID PLAN = UUID.fromString(System.getenv("CONCORD_PLAN"));
    private static final LocalDate TODAY = LocalDate.now();

    private interface Request {
        void send() throws ApiException;
    }

    private Journey() {
    }

    public static void main(String[] arguments) throws Exception {
        // token
        ApiClient client = clientOf(System.getenv("CONCORD_TOKEN"));
        Me me = new MeApi(client).getMe(null);
        check(me.getRole() == Role.PHYSIOTHERAPIST);
        check(me.getPlans().stream().anyMatch(own -> own.getId().equals(PLAN)));
        passed("token");

        // read
        Summary summary = new PlanReadingsApi(client).getSummary(PLAN, null, null);
        check(summary.getRecommendations().size() == 1);
        check(summary.getRecommendations().get(0).getStance() == Stance.DISCOURAGE);
        passed("read");

        // page
        MilestonesApi api = new MilestonesApi(client);
        List<Milestone> milestones = new ArrayList<>();
        String cursor = null;
        do {
            MilestonePage page = api.listMilestones(PLAN, 2, cursor, null, null, null, null, null);
            milestones.addAll(page.getItems());
            cursor = page.getNextCursor();
        } while (cursor != null);
        Set<UUID> ids = new HashSet<>();
        milestones.forEach(milestone -> ids.add(milestone.getId()));
        check(ids.size() == 3);
        check(milestones.stream().allMatch(each -> each.getOwnerDiscipline() == Owner.SHARED));
        passed("page");

        // patch
        UUID aim = milestones.get(0).getId();
        ApiResponse<Milestone> read = api.getMilestoneWithHttpInfo(PLAN, aim, null);
        MilestonePatch due = new MilestonePatch()
            .due(TODAY.plusDays(28))
            .status(MilestoneStatus.IN_PROGRESS);
        ApiResponse<Milestone> patched =
            api.updateMilestoneWithHttpInfo(PLAN, aim, tagOf(read), due, null);
        check(patched.getData().getDue().equals(TODAY.plusDays(28)));
        check(patched.getData().getStatus() == MilestoneStatus.IN_PROGRESS);
        check(patched.getData().getDescription().equals("At the patient's pace."));
        passed("patch");

        // clear: null is not sent, and the field stays as it was
        MilestonePatch nothing = new MilestonePatch().description(null).due(TODAY.plusDays(29));
        ApiResponse<Milestone> kept =
            api.updateMilestoneWithHttpInfo(PLAN, aim, tagOf(patched), nothing, null);
        check(kept.getData().getDue().equals(TODAY.plusDays(29)));
        check(kept.getData().getDescription().equals("At the patient's pace."));
        System.out.println("cannot clear");

        // stale: a colleague changes it meanwhile
        String known = tagOf(kept);
        MilestonesApi colleague =
            new MilestonesApi(clientOf(System.getenv("CONCORD_COLLEAGUE_TOKEN")));
        Milestone theirs = colleague.updateMilestone(
            PLAN, aim, known, new MilestonePatch().due(TODAY.plusDays(42)), null);
        MilestonePatch mine = new MilestonePatch()
            .due(TODAY.plusDays(35))
            .title("Walk to the market and back");
        Problem stale =
            problemOf(client, () -> api.updateMilestone(PLAN, aim, known, mine, null));
        check(stale.getStatus() == 412);
        check(theirs.getVersion().equals(stale.getCurrentVersion()));
        check(stale.getConflictingFields().equals(List.of("due")));
        passed("stale");

        // merge: theirs stands where both changed it, mine where only mine did
        ApiResponse<Milestone> again = api.getMilestoneWithHttpInfo(PLAN, aim, null);
        MilestonePatch rest = new MilestonePatch().title(mine.getTitle());
        Milestone merged = api.updateMilestone(PLAN, aim, tagOf(again), rest, null);
        check(merged.getTitle().equals("Walk to the market and back"));
        check(merged.getDue().equals(TODAY.plusDays(42)));
        passed("merge");

        // preview
        RecommendationsApi advice = new RecommendationsApi(client);
        Preview asked = advice.previewRecommendations(
            PLAN,
            new RecommendationPreview()
                .kind(RecommendationKind.EXERCISE)
                .stance(Stance.RECOMMEND)
                .action("deadlift")
                .dose(List.of(load(20))),
            null,
            null);
        check(asked.getFindings().size() == 1);
        check(asked.getFindings().get(0).getCode().equals("CF03"));
        passed("preview");

        // raise
        Recommendation deadlift = advice.createRecommendation(
            PLAN,
            new RecommendationCreate()
                .kind(RecommendationKind.EXERCISE)
                .stance(Stance.RECOMMEND)
                .action("deadlift")
                .dose(List.of(load(20))),
            null,
            null);
        ConflictsApi conflicts = new ConflictsApi(client);
        ListedConflictPage flags = conflicts.listConflicts(
            PLAN, null, null, null, null, null, null, List.of(deadlift.getId().toString()), null);
        Conflict raised = flags.getItems().get(0).getConflict();
        check(raised.getTier() == Tier.WARNING);
        check(raised.getStatus() == FlagStatus.DETECTED);
        passed("raise");

        // resolve: below the limit until it ends
        ApiResponse<ConflictView> flag =
            conflicts.getConflictWithHttpInfo(PLAN, raised.getId(), null);
        ConflictChange change = new ConflictChange()
            .kind(StatementKind.RECOMMENDATION)
            .id(deadlift.getId())
            .version(deadlift.getVersion())
            .patch(Map.of("dose", List.of(load(4))));
        Conflict resolved = conflicts.resolveConflict(
            PLAN,
            raised.getId(),
            tagOf(flag),
            new ConflictResolve().addChangesItem(change).reason("Below the limit until it ends."),
            null,
            null).getConflict();
        check(resolved.getStatus() == FlagStatus.RESOLVED);
        passed("resolve");

        // problem: a limit without an end
        RecommendationCreate running = new RecommendationCreate()
            .kind(RecommendationKind.ACTIVITY)
            .stance(Stance.DISCOURAGE)
            .action("running");
        Problem refused =
            problemOf(client, () -> advice.createRecommendation(PLAN, running, null, null));
        check(refused.getStatus() == 422);
        check(refused.getErrors().equals(List.of(
            new FieldError().pointer("/review_by").code("limit-needs-end-event-or-review"))));
        passed("problem");
    }

    private static ApiClient clientOf(String token) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("CONCORD_URL"));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }

    private static DoseIn load(int kilograms) {
        return new DoseIn()
            .dimension(DoseDimension.LOAD)
            .low(BigDecimal.valueOf(kilograms))
            .high(BigDecimal.valueOf(kilograms))
            .unit("kg");
    }

    private static String tagOf(ApiResponse<?> answer) {
        return answer.getHeaders().get("etag").get(0);
    }

    private static Problem problemOf(ApiClient client, Request request) throws Exception {
        try {
            request.send();
        } catch (ApiException refused) {
            return client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
        }
        throw new IllegalStateException("this was to be refused");
    }

    private static void passed(String step) {
        System.out.println("pass " + step);
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("this is not as expected");
        }
    }
}
