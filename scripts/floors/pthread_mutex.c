/* One operation: pthread_mutex_lock and pthread_mutex_unlock of a default mutex
 * that nobody else wants. A thread that sleeps is beside it: without one, the C
 * library does without atomic operations. */
#include "floor.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* What the lock guards: counted inside it, and read when the burst has ended. */
static volatile uint64_t counted;

static uint64_t burst(uint64_t n)
{
	uint64_t before = counted;
	/* Their addresses in registers, where the case has them, too: read from memory they
	 * wait for the atomic instructions: 4 % of the time on a Zen 5. */
	int (*lock)(pthread_mutex_t *) = pthread_mutex_lock;
	int (*unlock)(pthread_mutex_t *) = pthread_mutex_unlock;
	__asm__("" : "+r"(lock), "+r"(unlock));
	uint64_t start = floor_now();
	for (uint64_t i = 0; i < n; i++) {
		int failed = lock(&mutex);
		counted++;
		failed |= unlock(&mutex);
		if (failed != 0)
			floor_check(failed, "pthread_mutex_lock or _unlock");
	}
	uint64_t elapsed = floor_now() - start;
	if (counted - before != n)
		floor_wrong("not every lock was taken");
	return elapsed;
}

static void *sleeper(void *argument)
{
	for (;;)
		pause();
	return argument;
}

int main(int argc, char **argv)
{
	floor_start_alone(argc, argv);
	pthread_t beside;
	floor_check(pthread_create(&beside, NULL, sleeper, NULL), "pthread_create");
	floor_serve(burst);
	return 0;
}
