/* One operation: 64 bytes to a child process and back, over a UNIX stream
 * socket. */
#include "message.h"

#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		floor_fail("socketpair");
	near = (struct side){ends[0], ends[0]};
	far = (struct side){ends[1], ends[1]};
	message_serve(cpus);
	return 0;
}
