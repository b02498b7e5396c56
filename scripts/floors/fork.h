/* A child that ends at once, for fork.c and fork_alike.c. */
#ifndef FORK_H
#define FORK_H

#include "floor.h"

static uint64_t fork_burst(uint64_t n)
{
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		pid_t child = fork();
		if (child == -1)
			floor_fail("fork");
		if (child == 0)
			_exit(0);
		int status;
		if (waitpid(child, &status, 0) != child)
			floor_fail("waitpid");
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			floor_wrong("a child did not end by _exit(0)");
	}
	return floor_now() - start;
}

#endif
