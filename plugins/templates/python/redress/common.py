"""What linkers and exporters share: failures, the run's log and settings."""

import functools
import json
import re
import traceback
from datetime import date

# Python reads some of its own modules when they are first used. In the sandbox there is no disk to read them from, so
# those that people run into are read here, while the component is built: dates by `strptime`, and encodings.
import _strptime  # noqa: F401
import encodings.cp1252  # noqa: F401
import encodings.idna  # noqa: F401
import encodings.latin_1  # noqa: F401
import encodings.utf_16  # noqa: F401
import encodings.utf_8_sig  # noqa: F401

from componentize_py_types import Err
from wit_world.imports import log as logs
from wit_world.imports import run as runs
from wit_world.imports import types


class fail:
    """A failure of the contract: `raise fail.refused("…")`. The sentence is read by a person."""

    @staticmethod
    def bad_settings(why):
        return Err(types.Failure_BadSettings(why))

    @staticmethod
    def refused(why):
        return Err(types.Failure_Refused(why))

    @staticmethod
    def unavailable(why):
        return Err(types.Failure_Unavailable(why))

    @staticmethod
    def bad_input(why):
        return Err(types.Failure_BadInput(why))

    @staticmethod
    def denied(why):
        return Err(types.Failure_Denied(why))

    @staticmethod
    def other(why):
        return Err(types.Failure_Other(why))


class log:
    """The run's log."""

    @staticmethod
    def debug(message):
        logs.write(types.Level.DEBUG, str(message))

    @staticmethod
    def info(message):
        logs.write(types.Level.INFO, str(message))

    @staticmethod
    def warn(message):
        logs.write(types.Level.WARN, str(message))

    @staticmethod
    def error(message):
        logs.write(types.Level.ERROR, str(message))


def settings():
    """What the operator set, as a dict."""
    return json.loads(runs.settings())


def started_at():
    """The run's one time, RFC 3339 in UTC."""
    return runs.started_at()


def language():
    """Such as en-GB."""
    return runs.language()


def progress(done, total):
    """Tells how far the run is."""
    runs.progress(done, total)


def guarded(work):
    """Makes any error that is no failure of the contract into one, with its traceback in the log."""

    @functools.wraps(work)
    def run(*given):
        try:
            return work(*given)
        except Err:
            raise
        except ImportError as error:
            log.error(traceback.format_exc())
            raise fail.other(f"{error}: there is no disk in the sandbox; import it at the top of app.py") from error
        except Exception as error:
            log.error(traceback.format_exc())
            raise fail.other(f"{type(error).__name__}: {error}") from error

    return run


def text(value):
    """What can stand in a record: a text without spaces around it, or None when there is nothing in it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written.strip() or None


_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,].*)?")


def day(value):
    """A date that is written day first, as in England, as YYYY-MM-DD. Anything else is given on as it was written."""
    written = text(value)
    read = written and _DAY_FIRST.fullmatch(written)
    try:
        return date(*map(int, reversed(read.groups()))).isoformat() if read else written
    except ValueError:
        return written
