/* One operation: a turn to another thread and back, by two private futexes. */
#include "futex.h"

static void *partner(void *cpus)
{
	floor_pin(((struct floor_cpus *)cpus)->peer);
	futex_partner(FUTEX_PRIVATE_FLAG);
	return NULL;
}

static uint64_t burst(uint64_t n)
{
	return futex_burst(n, FUTEX_PRIVATE_FLAG);
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	futex_map();
	pthread_t thread;
	floor_check(pthread_create(&thread, NULL, partner, &cpus), "pthread_create");
	floor_serve(burst);
	futex_stop(FUTEX_PRIVATE_FLAG);
	floor_check(pthread_join(thread, NULL), "pthread_join");
	return 0;
}
