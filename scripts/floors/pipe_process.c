/* One operation: a token to a child process and back, through two pipes. */
#include "pipe.h"

static void partner(void)
{
	/* With these open it would never see the end of its own pipe. */
	pipe_close(there[1]);
	pipe_close(back[0]);
	pipe_partner();
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	pipes_open();
	pid_t child = floor_partner(partner, cpus.peer);
	pipe_close(there[0]);
	pipe_close(back[1]);
	floor_serve(pipe_burst);
	floor_end_partner(child);
	return 0;
}
