"""Alembic runs this to apply the steps on the connection that `warpack.service.store.migrate` opened and locked."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
