/* One operation: 64 bytes to a child process and back, over TCP on the
 * loopback, with TCP_NODELAY. */
#include "message.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int tcp_socket(void)
{
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (made == -1)
		floor_fail("socket");
	return made;
}

static void tcp_nodelay(int descriptor)
{
	int on = 1;
	if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
		floor_fail("setsockopt(TCP_NODELAY)");
}

int main(int argc, char **argv)
{
	struct floor_cpus cpus = floor_start(argc, argv);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int listener = tcp_socket(), one = tcp_socket();
	if (bind(listener, (struct sockaddr *)&address, length) != 0)
		floor_fail("bind");
	if (listen(listener, 1) != 0)
		floor_fail("listen");
	if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		floor_fail("getsockname");
	if (connect(one, (struct sockaddr *)&address, length) != 0)
		floor_fail("connect");
	int other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (other == -1)
		floor_fail("accept4");
	message_close(listener);
	tcp_nodelay(one);
	tcp_nodelay(other);
	near = (struct side){one, one};
	far = (struct side){other, other};
	message_serve(cpus);
	return 0;
}
