/*
 * Stands before a program on PATH, under its name: runs the next one with that name, with its arguments, streams, signals and
 * status as they are, and tells the trace how it ended and what it last said on standard error, wherever that went.
 * The trace reads the same from wrapped.pl, which serves the wrappers that also have a mind of their own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TAIL = 2048, ARGUMENTS = 1024, PARENT = 1024, PART = 1800 };

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGALRM, SIGWINCH};
static volatile pid_t child;

static char tail[TAIL];
static size_t tail_length;

static int is_same(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

/* The next program of that name on PATH that is not one of ours. */
static const char *find_real(const char *name) {
    static char path[4096];
    char own_path[4096];
    struct stat self, own, candidate;
    const char *folders = getenv("PATH");
    snprintf(own_path, sizeof own_path, "/usr/local/sbin/%s", name);
    if (stat("/proc/self/exe", &self) != 0) memset(&self, 0, sizeof self);
    if (stat(own_path, &own) != 0) own = self;
    for (const char *at = folders ? folders : "/usr/local/bin:/usr/bin:/bin", *end; at; at = *end ? end + 1 : NULL) {
        end = strchrnul(at, ':');
        snprintf(path, sizeof path, "%.*s/%s", end > at ? (int)(end - at) : 1, end > at ? at : ".", name);
        if (stat(path, &candidate) != 0 || !S_ISREG(candidate.st_mode) || access(path, X_OK) != 0) continue;
        if (!is_same(&candidate, &self) && !is_same(&candidate, &own)) return path;
    }
    return NULL;
}

/* In the words and with the status of bash. */
static void exec_real(const char *path, int argc, char **argv) {
    execv(path, argv);
    if (errno == ENOEXEC) {
        /* A script that names no interpreter. */
        char *words[argc + 2];
        words[0] = "bash";
        words[1] = (char *)path;
        memcpy(words + 2, argv + 1, (size_t)argc * sizeof *argv);
        execv("/bin/bash", words);
    }
    int error = errno;
    dprintf(2, "bash: %s: %s\n", path, strerror(error));
    _exit(error == ENOENT ? 127 : 126);
}

static int is_traced(void) {
    struct stat status;
    const char *trace = getenv("DRILL_TRACE");
    return trace && stat(trace, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* find hides how its commands end; without any there is nothing to tell. */
static int has_exec(char **argv) {
    while (*++argv)
        if (strncmp(*argv, "-exec", 5) == 0) return 1;
    return 0;
}

static void forward_signal(int number, siginfo_t *info, void *context) {
    (void)context;
    /* What the terminal sends has reached the child too. */
    if (info->si_code == SI_KERNEL && number != SIGALRM) return;
    if (child > 0) kill(child, number);
}

static void child_changed(int number) { (void)number; }

static int pass_on(const char *data, size_t length) {
    while (length > 0) {
        ssize_t written = write(2, data, length);
        if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = 2, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return 0;
        } else if (written > 0) {
            data += written, length -= (size_t)written;
        }
    }
    return 1;
}

static void keep(const char *data, size_t length) {
    if (length >= TAIL) {
        memcpy(tail, data + length - TAIL, TAIL);
        tail_length = TAIL;
        return;
    }
    size_t kept = tail_length + length > TAIL ? TAIL - length : tail_length;
    memmove(tail, tail + tail_length - kept, kept);
    memcpy(tail + kept, data, length);
    tail_length = kept + length;
}

/* Standard input becomes the pipe; nothing else but standard error stays open: who feeds the child, or reads from it, must notice its end. */
static void keep_only(int pipe_end) {
    dup2(pipe_end, 0);
    close(1);
    if (syscall(SYS_close_range, 3, ~0U, 0) != 0)
        for (int fd = 3; fd < 1024; fd++) close(fd);
}

static int take(char *data, size_t length) {
    keep(data, length);
    return pass_on(data, length);
}

/* Once the child has ended: what it said is in the pipe; others that hold it may go on talking. Returns 1 where nobody does. */
static int take_rest(char *data, size_t size) {
    int left = 0;
    ioctl(0, FIONREAD, &left);
    while (left > 0) {
        ssize_t count = read(0, data, (size_t)left < size ? (size_t)left : size);
        if (count <= 0) break;
        take(data, (size_t)count);
        left -= (int)count;
    }
    struct pollfd from = {.fd = 0, .events = POLLIN};
    return poll(&from, 1, 0) == 1 && !(from.revents & POLLIN);
}

/* Until the child has ended and all that it said was passed on. Returns 0 where a process in the background holds its standard error. */
static int follow(int *status, const sigset_t *while_waiting) {
    static char data[65536];
    for (;;) {
        struct pollfd from = {.fd = 0, .events = POLLIN};
        if (ppoll(&from, 1, NULL, while_waiting) < 0) {
            if (waitpid(child, status, WNOHANG) == child) return take_rest(data, sizeof data);
            continue;
        }
        ssize_t count = read(0, data, sizeof data);
        if (count <= 0) break;
        if (!take(data, (size_t)count)) kill(child, SIGPIPE);
    }
    while (waitpid(child, status, 0) < 0 && errno == EINTR) continue;
    return 1;
}

/* Takes over for processes in the background that still have the child's standard error. */
static void drain_in_background(void) {
    static char data[65536];
    ssize_t count;
    if (fork() != 0) return;
    for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        struct sigaction now;
        sigaction(forwarded[i], NULL, &now);
        if (now.sa_handler != SIG_IGN) signal(forwarded[i], SIG_DFL);
    }
    while ((count = read(0, data, sizeof data)) > 0 && pass_on(data, (size_t)count)) continue;
    _exit(0);
}

/* Who looks for the program by name or arguments finds it once. */
static void hide(int argc, char **argv) {
    char *end = argv[argc - 1] + strlen(argv[argc - 1]);
    memset(argv[0], 0, (size_t)(end - argv[0]));
    memcpy(argv[0], "-", end > argv[0]);
    prctl(PR_SET_NAME, "runbook-drill");
}

static void append(char *bytes, size_t *length, const char *data, size_t count) {
    memcpy(bytes + *length, data, count);
    *length += count;
}

/* Arguments up to a length in all, each after a NUL. */
static size_t join_arguments(char *joined, char **argv) {
    size_t length = 0;
    for (long room = ARGUMENTS; *++argv && room > 0;) {
        size_t count = strnlen(*argv, (size_t)room);
        append(joined, &length, "", 1);
        append(joined, &length, *argv, count);
        room -= 1 + (long)strlen(*argv);
    }
    return length;
}

/* How the call is told, as far as it is known at its start: what called it may be gone at its end. */
struct call {
    const char *name, *trace, *at;
    struct timespec start;
    pid_t parent_pid;
    char parent[PARENT + 1], cwd[4096], arguments[2 * ARGUMENTS];
    size_t arguments_length;
};

static void begin(struct call *call, const char *name, char **argv) {
    char path[64];
    clock_gettime(CLOCK_REALTIME, &call->start);
    call->name = strdup(name);
    call->trace = getenv("DRILL_TRACE");
    call->at = getenv("DRILL_AT") ? getenv("DRILL_AT") : "0:0";
    call->parent_pid = getppid();
    call->arguments_length = join_arguments(call->arguments, argv);
    snprintf(path, sizeof path, "/proc/%d/cmdline", call->parent_pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, call->parent, PARENT);
    close(fd);
    while (length > 0 && call->parent[length - 1] == '\0') length--;
    for (ssize_t i = 0; i < length; i++)
        if (call->parent[i] == '\0') call->parent[i] = ' ';
    call->parent[length > 0 ? length : 0] = '\0';
    if (!getcwd(call->cwd, sizeof call->cwd)) call->cwd[0] = '\0';
}

/* Tells the trace, in lines short enough to be written in one piece. */
static void report(const struct call *call, int code) {
    char bytes[16384];
    struct timespec end;
    /* Where nobody reads any more, nobody waits. */
    int trace = open(call->trace, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (trace < 0) return;
    fcntl(trace, F_SETFL, 0);
    clock_gettime(CLOCK_REALTIME, &end);
    size_t length = (size_t)snprintf(bytes, sizeof bytes, "%.255s%c%.32s%c%lld.%06ld%c%lld.%06ld%c%d%c1%c%d%c%s%c%s%c", call->name, 0, call->at, 0,
                                     (long long)call->start.tv_sec, call->start.tv_nsec / 1000, 0, (long long)end.tv_sec, end.tv_nsec / 1000, 0,
                                     code, 0, 0, call->parent_pid, 0, call->cwd, 0, call->parent, 0);
    for (size_t i = 0; i < tail_length; i++)
        if (tail[i] != '\0') bytes[length++] = tail[i];
    append(bytes, &length, call->arguments, call->arguments_length);

    size_t parts = (length + PART - 1) / PART;
    for (size_t part = 0; part < parts; part++) {
        char line[2 * PART + 128];
        int written = sprintf(line, "T\x1f%d\x1f%zu\x1f%zu\x1f", getpid(), part, parts);
        for (size_t i = part * PART; i < length && i < (part + 1) * PART; i++) {
            line[written++] = "0123456789abcdef"[(unsigned char)bytes[i] >> 4];
            line[written++] = "0123456789abcdef"[bytes[i] & 15];
        }
        line[written++] = '\n';
        while (write(trace, line, (size_t)written) < 0 && errno == EINTR) continue;
    }
}

/* Ends as the real program has. */
static void leave(int status) {
    if (WIFSIGNALED(status)) {
        sigset_t one;
        /* One core is enough. */
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(WTERMSIG(status), SIG_DFL);
        sigemptyset(&one);
        sigaddset(&one, WTERMSIG(status));
        sigprocmask(SIG_UNBLOCK, &one, NULL);
        raise(WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

int main(int argc, char **argv) {
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
    name = name ? name + 1 : argc > 0 ? argv[0] : "";
    const char *real = find_real(name);
    if (!real) {
        dprintf(2, "bash: %s: command not found\n", name);
        return 127;
    }
    if (strcmp(name, "find") == 0) {
        if (is_traced() && has_exec(argv)) execv("/usr/local/lib/runbook-drill/find", argv);
        exec_real(real, argc, argv);
    }
    int err[2];
    /* Without a standard error of its own there is nothing to follow. */
    if (!is_traced() || fcntl(2, F_GETFD) < 0 || pipe2(err, O_CLOEXEC) != 0) exec_real(real, argc, argv);

    sigset_t all, before, while_waiting;
    struct sigaction child_before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = child_changed}, &child_before);
    pid_t self = getpid();
    child = fork();
    if (child <= 0) {
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != self) _exit(128 + SIGKILL);
            dup2(err[1], 2);
        }
        sigaction(SIGCHLD, &child_before, NULL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        exec_real(real, argc, argv);
    }
    static struct call call;
    begin(&call, name, argv);
    hide(argc, argv);
    keep_only(err[0]);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
        struct sigaction forward = {.sa_sigaction = forward_signal, .sa_flags = SA_SIGINFO | SA_RESTART}, known;
        sigaction(forwarded[i], NULL, &known);
        if (known.sa_handler != SIG_IGN) sigaction(forwarded[i], &forward, NULL);
    }
    while_waiting = before;
    sigdelset(&while_waiting, SIGCHLD);
    sigaddset(&before, SIGCHLD);
    sigprocmask(SIG_SETMASK, &before, NULL);

    int status = 0;
    if (!follow(&status, &while_waiting)) drain_in_background();
    report(&call, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    leave(status);
}
