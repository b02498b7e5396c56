/* One operation: a token to another thread and back, through two pipes. */
#include "pipe.h"

static void *partner(void *cpus)
{
	floor_pin(((struct floor_cpus *)cpus)->peer);
	pipe_partner();
	return NULL;
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	pipes_open();
	pthread_t thread;
	floor_check(pthread_create(&thread, NULL, partner, &cpus), "pthread_create");
	floor_serve(pipe_burst);
	pipe_close(there[1]);
	floor_check(pthread_join(thread, NULL), "pthread_join");
	return 0;
}
