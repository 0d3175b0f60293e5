"""The task read as one would write it with FastAPI and SQLAlchemy's asyncio extension, over asyncpg."""

from typing import Annotated

from fastapi import Cookie, FastAPI, HTTPException, Query
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from common import BECOME, COOKIE, DATABASE_URL, Page, page_of, session_of, tasks_of, verified

engine = create_async_engine(f"postgresql+asyncpg://{DATABASE_URL}", pool_size=20, max_overflow=0)
open_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


@app.get("/api/tasks", response_model=Page)
async def list_tasks(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
):
    token = verified(cookie)
    async with open_session() as session, session.begin():
        user_id = await session.scalar(session_of(token)) if token else None
        if user_id is None:
            raise HTTPException(401)
        await session.execute(BECOME, {"user": user_id})
        rows = list(await session.scalars(tasks_of(user_id, limit)))
    return page_of(rows, limit)
