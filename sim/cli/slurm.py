"""A Slurm job array that does a sweep."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.errors import InputError

_SCRIPT: Final = """\
#!/bin/sh
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=24:00:00
#SBATCH --output={name}-%A_%a.log

# Every task starts a worker. Task 0 also starts the scheduler and the sweep, which alone writes the
# results. After a time limit or a failure, submit the script again: finished runs are kept.
set -eu
cd {folder}
python={python}
scheduler="$PWD/.{name}-$SLURM_ARRAY_JOB_ID.json"  # on a disk that all nodes share
export DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0  # report a dead worker at once

work() {{
    exec "$python" -m distributed.cli.dask_worker --scheduler-file "$scheduler" \\
        --nworkers 1 --nthreads 1 --memory-limit 0 --no-dashboard --death-timeout 3600
}}

[ "$SLURM_ARRAY_TASK_ID" = 0 ] || work

rm -f "$scheduler"
"$python" -m distributed.cli.dask_scheduler --scheduler-file "$scheduler" --port 0 --no-dashboard &
started=$!
work &
started="$started $!"
trap 'kill $started; wait; rm -f "$scheduler"' EXIT
while [ ! -s "$scheduler" ]; do sleep 1; done
"$python" -m sim.cli {command} --resume --executor dask --scheduler "$scheduler"
"""


def write_job_array(file: Path, tasks: int, command: Sequence[str]) -> None:
    """Write a script for ``sbatch``, or raise `InputError` if the file exists or cannot be written.

    The command is the words after ``sim``; the job runs it in the present folder.
    """
    text = _SCRIPT.format(
        name=re.sub(r"[^\w.-]+", "-", file.stem),
        last=tasks - 1,
        folder=shlex.quote(str(Path.cwd())),
        python=shlex.quote(sys.executable),
        command=shlex.join(command),
    )
    try:
        with file.open("x", encoding="utf-8", newline="\n") as script:
            script.write(text)
    except FileExistsError:
        raise InputError(f"--slurm {file} exists; choose another name or remove it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise InputError(f"--slurm {file}: cannot be written: {reason.lower()}.") from None
