/* One operation: 64 bytes to a child process and back, through two pipes. */
#include "message.h"

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	int there[2], back[2];
	if (pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
		floor_fail("pipe2");
	near = (struct side){back[0], there[1]};
	far = (struct side){there[0], back[1]};
	message_serve(cpus);
	return 0;
}
