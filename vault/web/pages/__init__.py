"""HTML for people. Each page's context is a dataclass; words come from the message catalogue."""

from fastapi import APIRouter

router = APIRouter(include_in_schema=False)

__all__ = ["router"]
