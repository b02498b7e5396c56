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

static uint64_t pipe_burst(uint64_t n)
{
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		char token = -1;
		token_write(there[1], 0);
		if (token_read(back[0], &token) != 1)
			floor_wrong("the partner closed its pipe");
		if (token != 0)
			floor_wrong("the partner answered with another token");
	}
	return floor_now() - start;
}

#endif
