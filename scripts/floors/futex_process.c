/* One operation: a turn to a child process and back, by two shared futexes. */
#include "futex.h"

static void partner(void)
{
	futex_partner(0);
}

static uint64_t burst(uint64_t n)
{
	return futex_burst(n, 0);
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	futex_map();
	pid_t child = floor_partner(partner, cpus.peer);
	floor_serve(burst);
	floor_end_partner(child);
	return 0;
}
