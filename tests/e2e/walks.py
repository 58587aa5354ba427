"""Go from answer to answer by the links of the specification, with generated requests, on a live service.

A walk begins at an operation that asks for no id, and goes on wherever a link of an answer leads: ids, tags and
cursors come from answers alone. It is given a token, and every other body is one that somebody would send, so that
there is something to go on from. What is wrong with an answer is noted, and the walk goes on.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import hypothesis
import schemathesis
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.core.transforms import UNRESOLVABLE
from schemathesis.engine.errors import is_inconsistent_replay
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.stateful.control import TransitionController
from schemathesis.generation.stateful.state_machine import APIStateMachine, StepInput, StepOutput

from tests.contract import Broken
from tests.e2e.asks import ASKS, COORDINATOR, MACHINE, PHYSICIAN, SPARE, Ask, Clinic
from tests.e2e.generated import HELD, SEED, checks, with_real_references

# A batch ends early where the service no longer answers as it did to the same beginning; the next has another seed.
STEPS, WALKS_IN_A_BATCH = 80, 4
CONFIGURATION: Final[dict[str, Any]] = {
    "seed": SEED,
    "suppress-health-check": ["all"],
    "generation": {
        "mode": "positive",
        "deterministic": True,
        "allow-x00": False,
        "no-shrink": True,
        "database": "none",
    },
    # Links are those of the document alone; none is guessed from names.
    "phases": {"stateful": {"enabled": True, "max-steps": STEPS, "inference": {"algorithms": []}}},
    "warnings": False,
}
SETTINGS: Final = hypothesis.settings(
    database=None,
    deadline=None,
    max_examples=WALKS_IN_A_BATCH,
    stateful_step_count=STEPS,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


# What is over leads to nothing that can still be done.
OPEN: Final = {"listCarePlans": {"status": ["active"]}, "listConflicts": {"status": ["open"]}}


@dataclass
class Walked:
    """Hold the clinic that is walked through, and what was met on the way."""

    clinic: Clinic
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    followed: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _asks: dict[str, Ask] = field(default_factory=dict)
    _called: Counter[str] = field(default_factory=Counter)
    _contradicting: Iterator[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        for operation, make in ASKS.items():
            self._asks[operation] = make(self.clinic)
        period = {"start": self.clinic.day(0), "end": self.clinic.day(20)}
        self._contradicting = itertools.cycle(
            {"kind": "activity", "action": action, "stance": stance, "period": period}
            for action in SPARE
            for stance in ("recommend", "discourage")
        )

    def anew(self) -> Walked:
        """Give the same clinic, of which nothing has been met yet."""
        other = copy(self)
        other.answers, other.followed, other.arrived = Counter(), Counter(), Counter()
        other.faults = []
        return other

    @property
    def operations(self) -> set[str]:
        """Name the operations that answered as they should."""
        return {operation for operation, status in self.answers if status < 300}

    def headers(self, operation: str, plan_id: str | None) -> dict[str, str]:
        """Give a token of somebody who may; plans that a walk makes are led by the physician, with no team yet."""
        who = self._asks[operation].who
        if plan_id not in (None, self.clinic.plan_id) and who not in (COORDINATOR, MACHINE):
            who = PHYSICIAN
        return {"Authorization": f"Bearer {self.clinic.live.token(who)}"}

    def query(self, operation: str, generated: Any, linked: set[str]) -> Any:
        """Give what a link says alone, and with the generated filters, in turn; no cursor is made up."""
        if not generated or self._called[operation] % 2:
            plain = {name: generated[name] for name in generated or () if name in linked}
            return {**OPEN.get(operation, {}), **plain}
        return {
            name: value for name, value in generated.items() if name != "cursor" or name in linked
        }

    def call(self, operation: str) -> None:
        self._called[operation] += 1

    def body(self, operation: str, generated: Any) -> Any:
        """Give the body that somebody would send and the generated one in turn."""
        if self._called[operation] % 2 and self._asks[operation].body is not None:
            if operation == "createCarePlan":
                # A patient has one open plan, so the next is another patient's.
                return ASKS[operation](self.clinic).body
            if operation == "createRecommendation":
                return next(self._contradicting)
            return self._asks[operation].body
        if isinstance(generated, dict):
            return with_real_references(generated, self.clinic)
        return generated

    def note(self, operation: str, step: StepInput, status: int) -> None:
        """Count an answer, and the link that led to it."""
        self.answers[operation, status] += 1
        if step.transition is not None and step.is_applied:
            self.followed[step.transition.id] += 1
            if status < 300:
                self.arrived[step.transition.id] += 1

    def withdraw(self, made: list[tuple[str, str]]) -> None:
        """Withdraw what a walk made, so that the plan stays of a size that plans have."""
        self.clinic.withdraw(tuple((self._asks[operation].who, path) for operation, path in made))


class Beginnings(TransitionController):
    """Let a walk begin only where no id is asked for."""

    def allow_root_transition(self, source: str, bundles: dict[str, Any]) -> bool:
        return "{" not in source and super().allow_root_transition(source, bundles)

    def record_step(self, step: StepInput, recorder: ScenarioRecorder) -> None:
        """Count no link that an answer turned out to give nothing for."""
        if leads(step):
            super().record_step(step, recorder)


def leads(step: StepInput) -> bool:
    """Tell whether the answer had what its link takes from it; an empty list leads to no item."""
    return step.transition is None or all(
        isinstance(one.value, Ok)
        and one.value.ok() is not None
        and one.value.ok() is not UNRESOLVABLE
        for place in step.transition.parameters.values()
        for one in place.values()
    )


def machine(document: dict[str, Any], walked: Walked, district: str) -> type[APIStateMachine]:
    """Make the walks through a clinic that a document's links allow between operations of some names."""
    written = schemathesis.openapi.from_dict(
        document, config=schemathesis.Config.from_dict(CONFIGURATION)
    )
    held = checks(*HELD, "ensure_resource_availability")
    [after_withdrawal, without_token] = checks("use_after_free", "ignored_auth")
    guarded: set[str] = set()
    by_links: Any = written.include(operation_id_regex=district).as_state_machine()

    class Walk(by_links):  # type: ignore[misc]
        _root_labels: ClassVar = frozenset(
            label for label in by_links._root_labels if "{" not in label
        )

        def __init__(self) -> None:
            super().__init__()
            self.control = Beginnings(self._transitions, self._root_labels)
            self.made: list[tuple[str, str]] = []

        def step(self, step: StepInput) -> StepOutput | None:
            case = step.case
            operation = case.operation.definition.raw["operationId"]
            plan_id = (case.path_parameters or {}).get("plan_id")
            if not leads(step):
                return None
            if operation == "closeCarePlan" and plan_id == walked.clinic.plan_id:
                # Nothing could be done to the demo's plan from then on; those that walks make are closed.
                return None
            walked.call(operation)
            if case.method in ("POST", "PATCH"):
                case.body = walked.body(operation, case.body)
            # It can only narrow what a token is for, and the fuzzing tries that.
            case.headers.pop("Purpose-Of-Use", None)
            linked = {
                name
                for location, name in step.applied_parameters
                if location is ParameterLocation.QUERY and name is not None
            }
            case.query = walked.query(operation, case.query, linked)
            headers = walked.headers(operation, plan_id)
            try:
                answer = case.call(base_url=walked.clinic.live.base, headers=headers)
            except Broken as broken:
                walked.faults.append(str(broken))
                return None
            walked.note(operation, step, answer.status_code)
            if answer.status_code == 201 and "location" in answer.headers:
                self.made.append((operation, urlsplit(answer.headers["location"][0]).path))
            self.after_call(answer, case)
            # The log of what was withdrawn is kept on purpose; one success without a token is enough to know.
            more = [] if operation.endswith("History") else [after_withdrawal]
            if answer.status_code < 300 and operation not in guarded:
                guarded.add(operation)
                more.append(without_token)
            try:
                case.validate_response(
                    answer,
                    checks=[*held, *more],
                    headers=headers,
                    transport_kwargs={"headers": headers, "base_url": walked.clinic.live.base},
                    recorder=self.recorder,
                )
            except FailureGroup as group:
                walked.faults += [f"{case.method} {case.path}: {one}" for one in group.exceptions]
            return StepOutput(answer, case)

        def teardown(self) -> None:
            walked.withdraw(self.made)

    return Walk


def walk(by_links: type[APIStateMachine], batch: int) -> None:
    """Go some walks; with the same number they are the same, as long as the service answers the same."""
    hypothesis.seed(SEED + batch)(by_links)
    try:
        by_links.run(settings=SETTINGS)
    except FlakyStrategyDefinition:
        return
    except AssertionError as error:
        if not is_inconsistent_replay(error):
            raise
