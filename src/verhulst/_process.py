"""The process of a command: its streams, the signals that end it, and errors before the command line is there.

The package imports this file first. A process that was started as `verhulst` or `python -m verhulst` is prepared before
NumPy is imported, because Ctrl-C or a bad setting of the environment would otherwise end in a traceback and exit code
1, which means that a quality gate failed. Other processes are left as they are.
"""

# Modules that are there from the start: signal and contextlib import half a dozen others, while Ctrl-C is a traceback.
import _signal as signal  # type: ignore[import-not-found]
import _thread
import itertools
import os
import sys

TYPE_CHECKING = False  # typing is one of the others
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

# Scratch files of outputs that are being written, which are removed if a signal ends the process.
scratch_files: set[str] = set()
# Held while an output gets its name, so that the message about a signal knows which outputs there are.
naming = _thread.allocate_lock()
# Held while other processes are started, which would complain if this one ended before they have what it sends them.
starting = _thread.allocate_lock()
# A file from which a command goes on if it is repeated with --resume.
checkpoint: "str | None" = None
# The outputs of this command and, for each, the file that had its name before.
_before: dict[str, tuple[int, int] | None] = {}

_ENDINGS = {signal.SIGINT: "Interrupted", signal.SIGTERM: "Terminated", signal.SIGHUP: "Hung up"}
# Whether signals end this process, which is a command, in their own way.
prepared = False


def prepare() -> None:
    """Prepare this process for a command, once."""
    global prepared
    if prepared:
        return
    prepared = True
    _open_missing_streams()
    _listen()
    sys.excepthook = _explain


def is_command() -> bool:
    """Whether this process was started as `verhulst` or as `python -m verhulst`."""
    started, given = sys.argv[:1], sys.orig_argv[1:]
    if "--multiprocessing-fork" in given:  # a process of workers, which has the arguments of the command
        return False
    if started == ["-m"]:
        return "-mverhulst" in given or ("-m", "verhulst") in itertools.pairwise(given)
    return bool(started) and os.path.basename(started[0]) == "verhulst"


def expect_output(path: str) -> None:
    """Note a file that the command is going to write."""
    _before[path] = _identity(path)


def forget_outputs() -> None:
    """Begin a command, which has no outputs yet."""
    global checkpoint
    checkpoint = None
    _before.clear()


def outcome() -> str:
    """Return which of the expected outputs were written, for the message about an interruption."""
    done = written()
    missing = [path for path in _before if path not in done]
    said = "no output file was written"
    if done:
        said = f"wrote {', '.join(done)}" + (f"; did not write {', '.join(missing)}" if missing else "")
    if checkpoint is not None and _identity(checkpoint) is not None:
        said += "; the same command with --resume goes on from the checkpoint"
    return said


def written() -> list[str]:
    """Return the expected outputs that have been written."""
    return [path for path, before in _before.items() if _identity(path) not in (before, None)]


def _identity(path: str) -> tuple[int, int] | None:
    # A file that is written replaces another, so that it has another number.
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _open_missing_streams() -> None:
    """Open the standard streams that the process was started without, so that no other file takes their numbers.

    Reading the first or writing the second is an error, as it should be; messages go nowhere.
    """
    modes = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)
    for number, mode in enumerate(modes):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest free number, which is this one
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _listen() -> None:
    """End the process on a signal from a thread of its own, wherever the main thread is.

    An exception raised by a handler can come while a module in C is being imported, which turns it into another error,
    and it waits until a call such as the opening of a FIFO returns.
    """
    listened = [number for number in _ENDINGS if signal.getsignal(number) != signal.SIG_IGN]
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        _thread.start_new_thread(_wait, (reading,))
    except RuntimeError:  # a limit of the system: signals end this process as they end others
        return
    for number in listened:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    # A child that is forked has the same pipe: its signals must not end this process, nor those that come in between.
    masks: list[set[int]] = []

    def hold() -> None:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, listened))

    def let_go() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def leave_to_default() -> None:
        signal.set_wakeup_fd(-1)
        for number in listened:
            signal.signal(number, signal.SIG_DFL)
        let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=leave_to_default)


def _wait(reading: int) -> None:
    while True:
        number = os.read(reading, 1)[0]
        if number in _ENDINGS:
            _end(number)


def _end(number: int) -> None:
    """Remove what is incomplete, say what was written, and end the process."""
    starting.acquire(timeout=60)
    naming.acquire(timeout=1)
    for path in tuple(scratch_files):
        _try(os.unlink, path)
    cleared = "\r\x1b[K" if os.isatty(2) else ""  # of a line that shows progress
    message = f"{cleared}{_ENDINGS[number]}; {outcome()}.\n".encode(errors="backslashreplace")
    _try(os.write, 2, message)
    os._exit(128 + number)


def _try(call: "Callable[..., object]", *arguments: object) -> None:
    try:  # noqa: SIM105
        call(*arguments)
    except OSError:
        pass


def _explain(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    """Print an error that came before the command line was there, and exit with its code."""
    if isinstance(error, ModuleNotFoundError):
        message, code = f"Error: This needs {error.name}, which is not installed.", 2
    elif isinstance(error, ImportError) and str(error).startswith("VERHULST_"):
        message, code = f"Error: {error}.", 2
    else:
        sys.__excepthook__(kind, error, trace)
        message, code = "This is a fault in verhulst or its installation. Please report it with the lines above.", 70
    print(message, file=sys.stderr, flush=True)
    os._exit(code)


if is_command():
    prepare()
