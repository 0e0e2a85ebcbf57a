"""Does one job, and says whether the log or the machine was the reason if it can't be done."""

from __future__ import annotations

import smtpscope
from smtpscope.errors import SmtpscopeError
from smtpscope.fleet.log_job import LogJob, ReadLog, Work
from smtpscope.fleet.reading_rules import knowledge_hash


def tried(work: Work, job: LogJob) -> tuple[ReadLog | None, str, bool]:
    """What came of `job`, the failure, and whether another try is worth it, as with a disk that is full."""
    try:
        known = smtpscope.__version__, knowledge_hash(job.rules.folders)
        if known != (job.rules.version, job.rules.knowledge):
            # A worker that came later than the comparison of all of them.
            return None, "its worker has another version of smtpscope or other knowledge", True
        return work(job), "", False
    except OSError as error:
        return None, f"the machine can't write its part ({error.strerror or error})", True
    except MemoryError:
        return None, "the worker has too little memory", True
    except SmtpscopeError as error:
        return None, f"{error.what}. {error.remedy}.", False
    except Exception as defect:
        # One log must not end the run.
        return None, f"reading stopped because of a bug in smtpscope ({type(defect).__name__}: {defect})", False
