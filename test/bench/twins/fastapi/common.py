"""What the two FastAPI twins share: tables, the answer's shape, and the check of the session's cookie."""

import base64
import hashlib
import hmac
import json
import os
import uuid
from datetime import date, datetime
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from sqlalchemy import ARRAY, Select, Text, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SECRET = os.environ["BETTER_AUTH_SECRET"].encode()
# The drivers have names of their own for what stands after the question mark.
DATABASE_URL = os.environ["DATABASE_URL"].split("://", 1)[1].split("?", 1)[0]
COOKIE = "todo.session_token"
BECOME = text(
    "select set_config('role', left(current_database(), 59) || '_app', true),"
    " set_config('app.user_id', :user, true)"
)


class Base(DeclarativeBase):
    type_annotation_map = {list[str]: ARRAY(Text)}


class Session(Base):
    __tablename__ = "session"
    id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    user_id: Mapped[str] = mapped_column("userId")
    expires_at: Mapped[datetime] = mapped_column("expiresAt")


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column("userId")
    number: Mapped[int]
    title: Mapped[str]
    notes: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str]
    tags: Mapped[list[str]]
    due_date: Mapped[date | None] = mapped_column("dueDate")
    due_time: Mapped[str | None] = mapped_column("dueTime")
    due_zone: Mapped[str | None] = mapped_column("dueZone")
    created_at: Mapped[datetime] = mapped_column("createdAt")
    updated_at: Mapped[datetime] = mapped_column("updatedAt")
    completed_at: Mapped[datetime | None] = mapped_column("completedAt")
    deleted_at: Mapped[datetime | None] = mapped_column("deletedAt")

    @property
    def due(self) -> "dict[str, object] | None":
        if self.due_date is None:
            return None
        return {"date": self.due_date, "time": self.due_time, "zone": self.due_zone}


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True, alias_generator=to_camel, populate_by_name=True)


class DueShown(Shown):
    date: date
    time: str | None
    zone: str


class TaskShown(Shown):
    id: uuid.UUID
    number: int
    title: str
    notes: str
    status: str
    priority: str
    tags: list[str]
    due: DueShown | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    deleted_at: datetime | None


class Page(Shown):
    items: list[TaskShown]
    next_cursor: str | None


def verified(cookie: str | None) -> str | None:
    """The token of a cookie whose signature is ours."""
    token, _, signature = unquote(cookie or "").rpartition(".")
    expected = base64.b64encode(hmac.digest(SECRET, token.encode(), hashlib.sha256)).decode()
    return token if token and hmac.compare_digest(expected, signature) else None


def session_of(token: str) -> Select[tuple[str]]:
    return select(Session.user_id).where(Session.token == token, Session.expires_at > func.now())


def tasks_of(user_id: str, limit: int) -> Select[tuple[Task]]:
    return (
        select(Task)
        .where(Task.user_id == user_id, Task.deleted_at.is_(None))
        .order_by(Task.number)
        .limit(limit + 1)
    )


def page_of(rows: list[Task], limit: int) -> dict[str, object]:
    more = len(rows) > limit
    items = rows[:limit]
    cursor = base64.urlsafe_b64encode(json.dumps([items[-1].number]).encode()).decode() if more else None
    return {"items": items, "next_cursor": cursor}
