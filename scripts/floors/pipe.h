/* A round trip of a one-byte token through two pipes, for pipe_process.c and
 * pipe_thread.c. The partner echoes; the token of a normal turn is 0. */
#ifndef PIPE_H
#define PIPE_H

#include "floor.h"

/* Read and write end of the way there and of the way back. */
static int there[2], back[2];

static inline void pipes_open(void)
{
	if (pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
		floor_fail("pipe2");
}

static inline void pipe_close(int descriptor)
{
	if (close(descriptor) != 0)
		floor_fail("close");
}

static inline void token_write(int descriptor, char token)
{
	if (write(descriptor, &token, 1) != 1)
		floor_fail("write to a pipe");
}

/* 1 and a token, or 0 at the end of the pipe. */
static inline ssize_t token_read(int descriptor, char *token)
{
	ssize_t got = read(descriptor, token, 1);
	if (got == -1)
		floor_fail("read from a pipe");
	return got;
}

/* Echoes until the way there is closed. */
static inline void pipe_partner(void)
{
	char token;
	while (token_read(there[0], &token) == 1)
		token_write(back[1], token);
}

/* With EACH every round trip is timed by itself, as oscost does it. */
#ifdef EACH
/* Volatile: nobody reads them. */
static volatile uint64_t samples[1024];

/* The CPU's counter, in order with the code around it. */
static inline uint64_t each_now(void)
{
	uint64_t ticks;
#if defined(__x86_64__)
	uint32_t high, low;
	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	ticks = (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
#else
#error "pipe.h: written for x86_64 and aarch64"
#endif
	return ticks;
}
#define EACH_BEGINS uint64_t begin = each_now();
#define EACH_ENDS(i) samples[(i) % 1024] = each_now() - begin;
#else
#define EACH_BEGINS
#define EACH_ENDS(i)
#endif

static uint64_t pipe_burst(uint64_t n)
{
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		char token = -1;
		EACH_BEGINS
		token_write(there[1], 0);
		if (token_read(back[0], &token) != 1)
			floor_wrong("the partner closed its pipe");
		if (token != 0)
			floor_wrong("the partner answered with another token");
		EACH_ENDS(i)
	}
	return floor_now() - start;
}

#endif
