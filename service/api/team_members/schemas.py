"""Say what a membership of a team looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemCreate, ItemOut, PeriodIn, PeriodOut
from service.domain.vocabulary import Discipline, Role
from service.web import fields
from service.web.schemas import Query, patch_of


class TeamMemberCreate(ItemCreate):
    """Add a colleague to the team."""

    user_id = fields.Uuid(required=True)
    period = fields.Nested(
        PeriodIn, metadata={"description": "From today on, open, where nothing is said."}
    )
    on_leave = fields.Nested(PeriodIn, metadata={"description": "An absence; needs a start."})
    cover_id = fields.Uuid(metadata={"description": "The colleague who acts for an absent member."})


TeamMemberPatch = patch_of("TeamMemberPatch", TeamMemberCreate, without=("user_id",))


class TeamMemberOut(ItemOut):
    """Show a membership of the team."""

    user_id = fields.Uuid()
    name = fields.Text()
    role = fields.Enum(Role)
    discipline = fields.Enum(Discipline, allow_none=True)
    period = fields.Nested(PeriodOut)
    on_leave = fields.Nested(PeriodOut, allow_none=True)
    cover_id = fields.Uuid(allow_none=True)
    invited_by = fields.Uuid(allow_none=True)


class TeamMemberFilters(Query):
    """Narrow a list of memberships; several values of one filter are alternatives."""

    role = fields.Several(fields.Enum(Role))
    user_id = fields.Several(fields.Uuid())
