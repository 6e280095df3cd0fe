from tests.service.cli.conftest import warpack

__all__ = ["warpack"]
