/* One operation: pthread_create with default attributes, pthread_join. */
#include "floor.h"

#include <stdatomic.h>

static atomic_uint_fast64_t ran;

static void *body(void *argument)
{
	atomic_fetch_add(&ran, 1);
	return argument;
}

static uint64_t burst(uint64_t n)
{
	uint64_t before = atomic_load(&ran);
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		pthread_t thread;
		floor_check(pthread_create(&thread, NULL, body, NULL), "pthread_create");
		floor_check(pthread_join(thread, NULL), "pthread_join");
	}
	uint64_t elapsed = floor_now() - start;
	if (atomic_load(&ran) - before != n)
		floor_wrong("not every thread ran");
	return elapsed;
}

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	floor_serve(burst);
	return 0;
}
