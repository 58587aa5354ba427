"""Say what is shown of a colleague."""

from __future__ import annotations

from service.domain.vocabulary import Discipline, Role
from service.web import fields
from service.web.schemas import Out, Query


class ColleagueOut(Out):
    """Show a person of the clinic who works with patients."""

    id = fields.Uuid()
    name = fields.Text()
    role = fields.Enum(Role)
    discipline = fields.Enum(Discipline, allow_none=True)


class ColleagueFilters(Query):
    """Narrow the list of colleagues."""

    role = fields.Enum(Role)
