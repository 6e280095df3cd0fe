"""The store: manifests, jobs, layouts, reports and artefacts, which must outlive a process. All SQL is in here."""

from __future__ import annotations

from warpack.service.settings import Settings
from warpack.service.store.caps import Caps, QueueFull
from warpack.service.store.claims import Claims
from warpack.service.store.database import Database
from warpack.service.store.events import Events
from warpack.service.store.figures import Figures
from warpack.service.store.happenings import Happenings
from warpack.service.store.jobs import IdempotencyKeyReused, Jobs
from warpack.service.store.keys import Keys
from warpack.service.store.migrate import migrate
from warpack.service.store.retention import Retention
from warpack.service.store.solves import Solves
from warpack.service.store.tasks import Tasks
from warpack.service.store.uses import Uses
from warpack.service.store.validations import Validations
from warpack.service.store.withdrawals import Withdrawals
from warpack.service.store.workers import Workers

__all__ = ["Caps", "IdempotencyKeyReused", "QueueFull", "Store"]


class Store:
    """The repositories of one database. All their methods block: call them off the event loop."""

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._database = Database(settings.store_url)
        migrate(self._database, settings.data_dir / "migrate.lock")
        self.uses = Uses(self._database)
        self.jobs = Jobs(self._database, self.uses)
        self.solves = Solves(self._database)
        self.validations = Validations(self._database)
        self.tasks = Tasks(self._database)
        self.claims = Claims(self._database)
        self.workers = Workers(self._database)
        self.events = Events(self._database)
        self.figures = Figures(self._database)
        self.happenings = Happenings(self._database)
        self.keys = Keys(self._database)
        self.retention = Retention(self._database)
        self.withdrawals = Withdrawals(self._database)

    def close(self) -> None:
        """Closes all connections."""
        self._database.close()
