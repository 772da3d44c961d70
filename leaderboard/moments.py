"""All that one page tells is of one moment, however many statements it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment(*, makes_tables: bool = False) -> Iterator[None]:
    """What is read inside is of the moment of the first statement: no rescoring that is committed meanwhile gives old
    values beside new scores. Nothing can be written, but temporary tables where it `makes_tables`.

    Inside another transaction it changes nothing: that has its own rules already.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            access = "" if makes_tables else " READ ONLY"
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{access}")
        yield
