/* One operation: fork, _exit(0) in the child, waitpid in the parent. */
#include "floor.h"

static uint64_t burst(uint64_t n)
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

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	floor_serve(burst);
	return 0;
}
