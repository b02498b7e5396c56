/* One operation: a number to a child process and back, through two eventfds. */
#define SIZE 8
#include "message.h"

#include <sys/eventfd.h>

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	int there = eventfd(0, EFD_CLOEXEC), back = eventfd(0, EFD_CLOEXEC);
	if (there == -1 || back == -1)
		floor_fail("eventfd");
	/* Each side keeps both: an eventfd has no end to be seen. */
	near = (struct side){back, there};
	far = (struct side){dup(there), dup(back)};
	if (far.in == -1 || far.out == -1)
		floor_fail("dup");
	message_serve(cpus);
	return 0;
}
