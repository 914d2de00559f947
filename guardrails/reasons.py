"""Why something was denied: a closed code, the values, one sentence that says what to do."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from engine.records import Record


class Reason(StrEnum):
    """Closed list of denial codes, `CATEGORY_CONDITION`."""

    ORDER_NOTIONAL_MAX = "ORDER_NOTIONAL_MAX"
    ORDER_QTY_MAX = "ORDER_QTY_MAX"
    ORDER_QTY_INVALID = "ORDER_QTY_INVALID"
    ORDER_STEP_INVALID = "ORDER_STEP_INVALID"
    ORDER_DUPLICATE = "ORDER_DUPLICATE"
    ORDER_NOT_REDUCING = "ORDER_NOT_REDUCING"
    PRICE_REFERENCE_MISSING = "PRICE_REFERENCE_MISSING"
    PRICE_STALE = "PRICE_STALE"
    PRICE_OUTSIDE_COLLAR = "PRICE_OUTSIDE_COLLAR"
    PRICE_DRIFT = "PRICE_DRIFT"
    LIMIT_TOTAL_EXPOSURE = "LIMIT_TOTAL_EXPOSURE"
    LIMIT_SYMBOL_EXPOSURE = "LIMIT_SYMBOL_EXPOSURE"
    LIMIT_OPEN_POSITIONS = "LIMIT_OPEN_POSITIONS"
    LIMIT_BALANCE = "LIMIT_BALANCE"
    LIMIT_UNKNOWN = "LIMIT_UNKNOWN"
    RISK_PER_TRADE = "RISK_PER_TRADE"
    STOP_MISSING = "STOP_MISSING"
    STOP_TOO_FAR = "STOP_TOO_FAR"
    STOP_EXIT_MISSING = "STOP_EXIT_MISSING"
    SIZING_UNBOUNDED = "SIZING_UNBOUNDED"
    LOSS_DAY = "LOSS_DAY"
    INSTRUMENT_NOT_ALLOWED = "INSTRUMENT_NOT_ALLOWED"
    STATE_HALTED = "STATE_HALTED"
    STATE_REDUCING = "STATE_REDUCING"
    STATE_REARM_DENIED = "STATE_REARM_DENIED"
    CERT_MISSING = "CERT_MISSING"
    CERT_EXPIRED = "CERT_EXPIRED"
    CERT_REVOKED = "CERT_REVOKED"
    MODE_FORBIDDEN = "MODE_FORBIDDEN"
    RELEASE_MISSING = "RELEASE_MISSING"
    FILTER_CHANGED = "FILTER_CHANGED"
    VENUE_ORDER_UNSUPPORTED = "VENUE_ORDER_UNSUPPORTED"
    VENUE_UNKNOWN_STATE = "VENUE_UNKNOWN_STATE"
    INTENT_NOT_CANONICAL = "INTENT_NOT_CANONICAL"
    APPROVAL_MISSING = "APPROVAL_MISSING"
    APPROVAL_USED = "APPROVAL_USED"
    APPROVAL_EXPIRED = "APPROVAL_EXPIRED"
    APPROVAL_SELF = "APPROVAL_SELF"
    APPROVAL_DIGEST = "APPROVAL_DIGEST"
    APPROVAL_SCOPE = "APPROVAL_SCOPE"
    APPROVAL_DWELL = "APPROVAL_DWELL"
    APPROVAL_CREDENTIAL = "APPROVAL_CREDENTIAL"
    APPROVAL_ROLE_REVOKED = "APPROVAL_ROLE_REVOKED"
    APPROVAL_LIMITS_CHANGED = "APPROVAL_LIMITS_CHANGED"
    APPROVAL_PENDING_CAP = "APPROVAL_PENDING_CAP"
    APPROVAL_DAY_CAP = "APPROVAL_DAY_CAP"
    APPROVAL_COOLDOWN = "APPROVAL_COOLDOWN"
    ROLE_FORBIDDEN = "ROLE_FORBIDDEN"
    AUTH_REQUIRED = "AUTH_REQUIRED"
    AUTH_FAILED = "AUTH_FAILED"
    AUTH_LOCKED = "AUTH_LOCKED"
    AUTH_STEP_UP = "AUTH_STEP_UP"
    AUTH_ORIGIN = "AUTH_ORIGIN"
    AUTH_CSRF = "AUTH_CSRF"
    AUTH_TOKEN_INVALID = "AUTH_TOKEN_INVALID"  # noqa: S105 - a code, not a secret
    CONFIG_CEILING = "CONFIG_CEILING"
    CONFIG_UNKNOWN_KEY = "CONFIG_UNKNOWN_KEY"
    AUDIT_BROKEN = "AUDIT_BROKEN"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    SYSTEM_RULE_ERROR = "SYSTEM_RULE_ERROR"
    KILL_UNVERIFIED = "KILL_UNVERIFIED"


class Denial(Record):
    """One refusal: code, the values that decided, and what to do."""

    code: Reason
    values: tuple[tuple[str, str], ...] = ()
    message: Annotated[str, Field(max_length=300)]

    @classmethod
    def of(cls, code: Reason, message: str, **values: object) -> Denial:
        """A denial with its values as text; decimals plain, never with an exponent."""
        return cls(
            code=code, message=message, values=tuple((k, _text(v)) for k, v in values.items())
        )


def _text(value: object) -> str:
    return (format(value, "f") if isinstance(value, Decimal) else str(value))[:80]
