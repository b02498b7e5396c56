/* What all floors share: arguments, pinning, the dialogue with the caller, partners.
 * A floor is the yardstick for a case of oscost: the same system calls in the
 * same order, and nothing else inside the timed loop. It must never report a
 * time for work that was not done. */
#ifndef FLOOR_H
#define FLOOR_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ends the program: `call` failed, errno says why. */
static inline _Noreturn void floor_fail(const char *call)
{
	fprintf(stderr, "%s: %s: %s (errno %d)\n", program_invocation_short_name, call,
		strerror(errno), errno);
	_exit(1);
}

/* Ends the program: the work was not done as claimed, or the caller erred. */
static inline _Noreturn void floor_wrong(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	_exit(1);
}

/* For the calls that return the error instead of setting errno. */
static inline void floor_check(int error, const char *call)
{
	if (error != 0) {
		errno = error;
		floor_fail(call);
	}
}

static inline uint64_t floor_now(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		floor_fail("clock_gettime");
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A decimal number, followed by nothing but the end of the line. */
static inline uint64_t floor_number(const char *text)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || (*end != '\0' && strcmp(end, "\n") != 0))
		floor_wrong("not a number in the arguments or on stdin");
	return value;
}

/* Where the parties run; -1 is anywhere. */
struct floor_cpus {
	int own;
	int peer;
};

/* Pins the calling thread. */
static inline void floor_pin(int cpu)
{
	if (cpu < 0)
		return;
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0)
		floor_fail("sched_setaffinity");
}

/* Reads `[--cpu A] [--peer-cpu B]` and pins the program: to be called before a
 * partner is made, which then inherits the pin. */
static inline struct floor_cpus floor_start(int argc, char **argv)
{
	struct floor_cpus cpus = {-1, -1};
	for (int i = 1; i < argc; i += 2) {
		int *which = strcmp(argv[i], "--cpu") == 0	  ? &cpus.own
			     : strcmp(argv[i], "--peer-cpu") == 0 ? &cpus.peer
								  : NULL;
		if (which == NULL || i + 1 == argc)
			floor_wrong("usage: [--cpu A] [--peer-cpu B] (see README.md)");
		uint64_t cpu = floor_number(argv[i + 1]);
		if (cpu >= CPU_SETSIZE)
			floor_wrong("a CPU number is below 1024");
		*which = (int)cpu;
	}
	/* A caller or a partner that is gone shall be an error with a message. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		floor_fail("signal");
	floor_pin(cpus.own);
	return cpus;
}

/* The same for a floor that has one party only. */
static inline void floor_start_alone(int argc, char **argv)
{
	if (floor_start(argc, argv).peer >= 0)
		floor_wrong("--peer-cpu: this floor has no partner");
}

/* The dialogue: `ready`, then for each line N the nanoseconds of N operations,
 * up to the end of stdin. The one operation before `ready` proves that the
 * partner is there, and where it was told to be. */
static inline void floor_serve(uint64_t (*burst)(uint64_t n))
{
	burst(1);
	if (puts("ready") == EOF || fflush(stdout) != 0)
		floor_fail("write to stdout");
	char line[32];
	while (fgets(line, sizeof line, stdin) != NULL) {
		uint64_t n = floor_number(line);
		if (n == 0)
			floor_wrong("the number of operations is at least 1");
		if (printf("%llu\n", (unsigned long long)burst(n)) < 0 || fflush(stdout) != 0)
			floor_fail("write to stdout");
	}
	if (ferror(stdin))
		floor_fail("read from stdin");
}

static inline void floor_partner_died(int signal)
{
	(void)signal;
	static const char text[] = "the partner process died\n";
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(2);
	_exit(1);
}

/* Forks a partner that runs `body` on `cpu` and exits. It dies with this
 * program; its death before floor_end_partner() ends this program, which would
 * else wait for its answer for ever. */
static inline pid_t floor_partner(void (*body)(void), int cpu)
{
	pid_t parent = getpid();
	struct sigaction died = {.sa_handler = floor_partner_died};
	if (sigaction(SIGCHLD, &died, NULL) != 0)
		floor_fail("sigaction");
	pid_t child = fork();
	if (child == -1)
		floor_fail("fork");
	if (child == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			floor_fail("prctl(PR_SET_PDEATHSIG)");
		/* The parent may have died before the line above. */
		if (getppid() != parent)
			_exit(1);
		floor_pin(cpu);
		body();
		_exit(0);
	}
	return child;
}

static inline void floor_end_partner(pid_t child)
{
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		floor_fail("signal");
	if (kill(child, SIGKILL) != 0)
		floor_fail("kill");
	if (waitpid(child, NULL, 0) != child)
		floor_fail("waitpid");
}

#endif
