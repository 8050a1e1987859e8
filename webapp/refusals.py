"""A request that cannot be granted, said so that a person or a program can mend it."""

from __future__ import annotations


class Refusal(Exception):
    """Pages show `detail` and `hint`; the API answers {error, detail, hint} with `status`."""

    def __init__(self, error: str, detail: str, hint: str = "", status: int = 422) -> None:
        super().__init__(detail)
        self.error = error
        self.detail = detail
        self.hint = hint
        self.status = status

    def to_json(self) -> dict[str, str]:
        return {"error": self.error, "detail": self.detail, "hint": self.hint}


def too_large(limit: int) -> Refusal:
    """An upload of more than `limit` bytes."""
    return Refusal(
        "too_large",
        f"The upload is larger than the limit of {limit // (1024 * 1024)} MB.",
        "Leave data sets and checkpoints out of the archive, or ask the operator to raise MINDFERRY_UPLOAD_MAX_MB.",
        status=413,
    )
