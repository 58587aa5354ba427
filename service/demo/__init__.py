"""The demo clinic: two clinics with their accounts and, in one of them, a patient with a plan in the making.

Everything clinical here is invented, and a draft for clinicians to review.
"""

from __future__ import annotations

from service.demo.clinics import Account, accounts
from service.demo.seeding import seed

__all__ = ["Account", "accounts", "seed"]
